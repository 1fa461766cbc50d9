# What a saved folder is good for beside its answers: its self-test, its model card, embeddings, long texts, the report of unknown tokens.
. "$(dirname "$0")/lib.sh"

data=data/course.tsv
head -n 121 "$data" > "$work/train.tsv"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 2000 --bert-specials --out "$work/ko.model"
exits 0 '' -- train --train "$work/train.tsv" --valid-split 0.2 --preset tiny --tokenizer "$work/ko.model" --epochs 1 --lr 1e-3 --max-len 16 --quiet --out "$work/m"

# --- the self-test ---
exits 0 '' -- inspect --verify "$work/m"
check "verify says ok" grep -q '^ok: 5 sentences' "$work/.out"
exits 0 '' -- inspect --verify "$work/m" --isa scalar --threads 3
cp -r "$work/m" "$work/damaged"
# flip OFFSET: the lowest bit of one byte of the damaged folder's weights
flip() {
	byte=$(od -An -tu1 -j "$1" -N 1 "$work/m/model.safetensors" | tr -d ' ')
	cp "$work/m/model.safetensors" "$work/damaged/model.safetensors"
	printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$work/damaged/model.safetensors" bs=1 seek="$1" conv=notrunc 2> /dev/null
}
size=$(wc -c < "$work/m/model.safetensors")
header=$(od -An -tu8 -N 8 "$work/m/model.safetensors" | tr -d ' ')
for at in 20 $((header + 8)) $((size / 2)) $((size - 100000)) $((size - 1)); do # in the header, the first weight, …
	flip "$at"
	exits 1 'damaged' -- inspect --verify "$work/damaged"
done
flip $((header + 11)) # an exponent: the first bias of the classifier
exits 1 'logits [0-9]+ of ".*" is .*, it was' -- inspect --verify "$work/damaged"
cp "$work/m/model.safetensors" "$work/damaged/model.safetensors"
exits 0 '' -- inspect --verify "$work/damaged"
head -n 1000 "$data" > "$work/part.tsv"
exits 0 '' -- tokenizer train --quiet --input "$work/part.tsv" --vocab-size 1500 --bert-specials --out "$work/other.model"
cp "$work/other.model" "$work/damaged/spiece.model"
mv "$work/damaged/tokenizer.json" "$work/tokenizer.json" # which says more, and would be read in its place
exits 1 'tokenizer is not the saved one.*token' -- inspect --verify "$work/damaged"
exits 1 'do not belong|tokenizer is not' -- inspect --verify "$work/damaged"
cp "$work/m/spiece.model" "$work/damaged/spiece.model"
mv "$work/tokenizer.json" "$work/damaged/tokenizer.json"
sed 's/"max_len": 16/"max_len": 5/' "$work/m/nunchi.json" > "$work/damaged/nunchi.json"
exits 1 'max_len' -- inspect --verify "$work/damaged"
cp "$work/m/nunchi.json" "$work/damaged/nunchi.json"
sed 's/행복/불행/g' "$work/m/config.json" > "$work/damaged/config.json"
exits 1 'label . is "불행", it was "행복"' -- inspect --verify "$work/damaged"
cp "$work/m/config.json" "$work/damaged/config.json"
echo '{"sentences": 3}' > "$work/damaged/self_test.json"
exits 1 'self_test.json' -- inspect --verify "$work/damaged"
rm "$work/damaged/self_test.json"
exits 1 'has no self_test.json' -- inspect --verify "$work/damaged"
exits 1 'absent' -- inspect --verify "$work/absent"
exits 0 '' -- convert --from "$work/m" --to "$work/half" --type f16
exits 0 '' -- inspect --verify "$work/half"

# --- the model card ---
check "front matter" sh -c "sed -n 1p '$work/m/README.md' | grep -qx -e '---' && grep -qx 'language: ko' '$work/m/README.md'"
accuracy=$(sed -n 's/.*"accuracy":\([0-9.e-]*\),.*/\1/p' "$work/m/metrics.json" | head -n 1)
check "the accuracy of metrics.json" grep -q "value: $(printf %.4f "$accuracy")" "$work/m/README.md"
check "the weights' fingerprint" grep -q "$("$NUNCHI" fingerprint "$work/m" | sed 's/.* //')" "$work/m/README.md"
check "the command" grep -q "^nunchi train --train .*train.tsv --valid-split 0.2 --preset tiny" "$work/m/README.md"

# --- embeddings ---
printf '오늘 너무 행복해\n무서워\n' > "$work/lines"
exits 0 '' -- predict --model "$work/m" --embeddings mean "$work/lines"
check "a vector of 128 a line" test "$(awk -F '[][]' '{ print split($2, a, ",") }' "$work/.out" | sort -u)" = 128
cp "$work/.out" "$work/mean"
exits 0 '' -- predict --model "$work/m" --embeddings mean --batch 1 --threads 3 "$work/lines"
check "in company as alone" cmp "$work/.out" "$work/mean"
exits 0 '' -- predict --model "$work/m" --embeddings cls "$work/lines"
check "the mean is not [CLS]" sh -c "! cmp -s '$work/.out' '$work/mean'"
exits 2 'do not go with it' -- predict --model "$work/m" --embeddings mean --logits "$work/lines"

# --- long texts ---
words='하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열'
{ echo "기뻐 $words $words $words 무서워"; echo '짧다'; } > "$work/long"
for how in cut tail head-tail window; do
	exits 0 '1 of 2 texts are longer than 16 tokens' -- predict --model "$work/m" --logits --long $how "$work/long"
	sed -n 1p "$work/.out" > "$work/long-$how"
	sed -n 2p "$work/.out" >> "$work/short"
done
check "four ways, four answers" test "$(sort -u "$work"/long-* | grep -c '')" -eq 4
check "and one for what is short" test "$(sort -u "$work/short" | grep -c '')" -eq 1
exits 0 '' -- predict --model "$work/m" --logits "$work/long"
check "cut is what is done otherwise" sh -c "sed -n 1p '$work/.out' | cmp - '$work/long-cut'"
exits 0 '' -- predict --model "$work/m" --logits --long window --batch 1 --threads 3 "$work/long"
check "windows do not depend on the batch" sh -c "sed -n 1p '$work/.out' | cmp - '$work/long-window'"
sed 's/"long": "cut"/"long": "tail"/' "$work/m/nunchi.json" > "$work/nunchi.json" && cp "$work/nunchi.json" "$work/damaged/nunchi.json"
exits 0 '' -- predict --model "$work/damaged" --logits "$work/long"
check "the folder may say another way" sh -c "sed -n 1p '$work/.out' | cmp - '$work/long-tail'"
# eval reads a long text as the folder says, too: its loss of one row is that of predict's probability of the label
{ printf 'text\tlabel\n'; printf '%s\t행복\n' "$(sed -n 1p "$work/long")"; } > "$work/one.tsv"
for how in cut tail head-tail window; do
	sed "s/\"long\": \"cut\"/\"long\": \"$how\"/" "$work/m/nunchi.json" > "$work/damaged/nunchi.json"
	sed -n 1p "$work/long" > "$work/question"
	exits 0 '' -- predict --model "$work/damaged" "$work/question"
	score=$(sed 's/.*"행복":\([0-9.e-]*\).*/\1/' "$work/.out")
	exits 0 '' -- eval --model "$work/damaged" --data "$work/one.tsv" --json
	loss=$(sed 's/.*"loss":\([0-9.e-]*\).*/\1/' "$work/.out")
	check "eval and predict agree on --long $how ($score, $loss)" awk -v p="$score" -v l="$loss" 'BEGIN { d = l + log(p); exit !(d < 1e-5 && d > -1e-5) }'
	echo "$loss" >> "$work/losses"
	exits 0 '' -- explain --model "$work/damaged" --text "$(cat "$work/question")" --format json
	check "and explain" grep -q "\"행복\":$score," "$work/.out"
done
check "four ways, four losses" test "$(sort -u "$work/losses" | grep -c '')" -eq 4
sed 's/"long": "cut"/"long": "middle"/' "$work/m/nunchi.json" > "$work/damaged/nunchi.json"
exits 1 'nunchi.json.*middle' -- predict --model "$work/damaged" "$work/long"
exits 2 '--long' -- predict --model "$work/m" --long middle "$work/long"

# --- unknown tokens ---
printf '😀 😂 ❤ 좋아\n' > "$work/unknown"
exits 0 '[0-9.]+ % of the tokens are unknown' -- predict --model "$work/m" "$work/unknown"
exits 0 '' -- predict --model "$work/m" "$work/lines"
check "and nothing is said where they are known" test ! -s "$work/.err"
exits 0 '' -- data --data "$work/train.tsv" --model "$work/m" --json
check "the rate by label is told" grep -q '"unknown_by_label"' "$work/.out"
sed 's/^[^\t]*\t/😀 😂 ❤\t/' "$work/train.tsv" > "$work/strange.tsv"
exits 1 '--allow-unknown' -- train --train "$work/strange.tsv" --preset tiny --tokenizer "$work/ko.model" --epochs 1 --quiet --out "$work/no"

# --- the tokenizer.json beside a SentencePiece model: what transformers reads gives the same ids (tests/golden/tokenizer_json_check.py asks transformers) ---
cut -f 1 "$data" | sed 1d > "$work/texts"
printf '%s\n' '  나는   ㅠㅠ 좋다 ㅠㅠㅠㅠ' 'ㅋㅋㅋㅋㅋ 영화ㅠㅠ 가 ' '▁ 가▁ ▁' 'ＡＢＣ ①② １，０００원' 'it'"'"'s <foo> 영화<foo>' '' ' ' >> "$work/texts"
printf '\341\204\213\341\205\251\341\204\202\341\205\263\341\206\257\040\341\204\214\341\205\245\341\206\274\341\204\206\341\205\241\341\206\257\040\341\204\222\341\205\242\341\206\274\341\204\207\341\205\251\341\206\250\341\204\222\341\205\242\341\204\213\341\205\255\040\341\204\200\341\205\241\341\206\250\341\204\222\341\205\241\040\341\204\200\341\205\241\341\206\271\341\204\213\341\205\265\n' >> "$work/texts"
for kind in unigram bpe; do
	exits 0 '' -- tokenizer train --quiet --type $kind --input "$data" --vocab-size 2000 --bert-specials --user-defined ㅠㅠ --user-defined ㅋㅋ --user-defined '<foo>' --out "$work/$kind.model"
	exits 0 '' -- train --train "$work/train.tsv" --limit 20 --preset tiny --tokenizer "$work/$kind.model" --epochs 1 --quiet --out "$work/$kind"
	mkdir "$work/$kind-json" && cp "$work/$kind/tokenizer.json" "$work/$kind/tokenizer_config.json" "$work/$kind-json"
	"$NUNCHI" tokenize --special --tokenizer "$work/$kind" "$work/texts" > "$work/a"
	"$NUNCHI" tokenize --special --tokenizer "$work/$kind-json" "$work/texts" > "$work/b"
	check "$kind: both files give the same ids" cmp "$work/a" "$work/b"
	check "$kind: a user-defined piece keeps the mark before it" sh -c "echo '나는 ㅠㅠ' | '$NUNCHI' tokenize --pieces --tokenizer '$work/$kind-json' | grep -q ' ▁ ㅠㅠ\$'"
	check "$kind: the card names transformers" grep -q 'AutoTokenizer' "$work/$kind/README.md"
done
exits 0 '' -- train --train "$work/train.tsv" --limit 20 --preset tiny --tokenizer tests/golden/sp/word.model --allow-unknown --epochs 1 --quiet --out "$work/word"
check "a model that has no counterpart gets no tokenizer.json" test ! -e "$work/word/tokenizer.json"
check "and the card says so" sh -c "! grep -q 'AutoTokenizer' '$work/word/README.md' && grep -q 'no counterpart' '$work/word/README.md'"

# --- folders that somebody else made ---
for map in '{"sep_token":{"content_":"[SEP]"}}' '{"unk_token":{}}' '{"mask_token":{"content":3}}'; do
	rm -rf "$work/theirs" && cp -r "$work/m" "$work/theirs" && rm "$work/theirs/spiece.model"
	echo "$map" > "$work/theirs/special_tokens_map.json"
	exits 1 'special_tokens_map.json: .*has no text' -- predict --model "$work/theirs" "$work/lines"
done
# only regular files are read: nobody waits for a pipe, nor reads /dev/zero to its end
for file in config.json model.safetensors nunchi.json tokenizer_config.json spiece.model; do
	rm -rf "$work/theirs" && cp -r "$work/m" "$work/theirs" && rm "$work/theirs/$file"
	mkfifo "$work/theirs/$file"
	exits 1 "$file: is a pipe" -- predict --model "$work/theirs" "$work/lines"
	rm "$work/theirs/$file" && ln -s /dev/zero "$work/theirs/$file"
	exits 1 "$file: is a device" -- predict --model "$work/theirs" "$work/lines"
done
# but what a user names may be a pipe
mkfifo "$work/pipe"
sed -n '2,3s/\t.*//p' "$work/train.tsv" > "$work/pipe" &
exits 0 '' -- tag --model "$work/m" "$work/pipe"
wait

# --- weights that are cut short while they are used: one line, and exit status 1 ---
cp -r "$work/m" "$work/cut"
mkfifo "$work/questions"
timeout 60 "$NUNCHI" predict --model "$work/cut" "$work/questions" > "$work/.out" 2> "$work/.err" &
program=$!
exec 3> "$work/questions"
echo '오늘 너무 행복해' >&3
for _ in $(seq 100); do
	[ -s "$work/.out" ] && break
	sleep 0.1
done
: > "$work/cut/model.safetensors"
echo '무서워' >&3
exec 3>&-
wait $program
check "the exit status is 1" test $? -eq 1
check "one answer came" test "$(grep -c '' < "$work/.out")" -eq 1
check "a line tells why" grep -q '^nunchi: a file was cut short' "$work/.err"
finish
