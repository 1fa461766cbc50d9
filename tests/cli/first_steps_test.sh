# The default model's encoder began with these steps: the texts and the vocabulary that data/language makes, the recipe `language`, and the losses of its first 1,000 steps, as docs/pretraining.md names
# their hash. Ten minutes of one core, so only with NUNCHI_TESTS=long. (A sentence more in data/emotions.tsv that is also in a corpus changes the texts, and with them the hash.)
. "$(dirname "$0")/lib.sh"

expected=$(sed -n 's/^\([0-9a-f]\{64\}\)  -$/\1/p' docs/pretraining.md)
check "the chapter names one hash" test ${#expected} -eq 64
if [ "${NUNCHI_TESTS:-}" != long ] || checked; then
	skip "the first 1,000 steps take ten minutes (NUNCHI_TESTS=long)"
	finish
fi
if [ ! -d ../shared ] || ! command -v xz > /dev/null; then
	skip "no ../shared, or no xz"
	finish
fi
BUILD=$(dirname "$NUNCHI") sh data/language ../shared "$work/language" > "$work/.out" 2> "$work/.err" && good || bad "data/language"
cd "$work/language" || exit 2
"$NUNCHI" pretrain --recipe language --tokenizer vocabulary --corpus reviews-corpus.txt --corpus 'community.txt*2' --corpus 'tweets.txt*2' --corpus 'task-dialogue.txt*2' --corpus social.txt \
	--corpus 'folktales.txt*2' --corpus 'petitions.txt*.5' --corpus 'speeches.txt*.2' --valid valid.txt --quiet --out model > "$work/.out" 2> "$work/.err" &
run=$!
while kill -0 $run 2> /dev/null && [ "$(grep -c '"step":' model/log.jsonl 2> /dev/null || true)" -lt 1000 ]; do sleep 1; done
kill $run 2> /dev/null
wait $run
found=$(grep -o '"loss":[0-9.]*' model/log.jsonl | head -n 1000 | sha256sum | cut -d' ' -f1)
cd "$root" || exit 2
check "the losses of the first 1,000 steps: $found" test "$found" = "$expected"
finish
