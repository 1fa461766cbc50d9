# A log that is shorter than its checkpoint says (the power failed before it was on the disk), at whatever byte it ends: the run is resumed to the weights of one that was never
# stopped, and its log has whole lines. Some of the bytes, unless NUNCHI_TESTS=long: then all of them.
. "$(dirname "$0")/lib.sh"

head -n 33 data/course.tsv > "$work/train.tsv"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 1500 --bert-specials --out "$work/ko.model"
run_options="--train $work/train.tsv --valid-split 0.25 --preset tiny --layers 1 --hidden 32 --tokenizer $work/ko.model --allow-unknown --max-len 16 --batch 8 --lr 1e-3 --epochs 2 --checkpoint-every 1 --threads 1 --quiet"
exits 0 '' -- train $run_options --keep-checkpoints 100 --out "$work/whole"
tail -n 1 "$work/.out" > "$work/hash"
cp -r "$work/whole" "$work/stopped"
last=$(ls "$work/stopped/checkpoint" | grep '^step-.*\.json$' | sort | tail -n 2 | head -n 1)
mv "$work/stopped/checkpoint/$last" "$work/stopped/checkpoint/state.json"
find "$work/stopped/checkpoint" -name 'step-*' ! -name "${last%.json}*" -exec rm {} +
size=$(sed -n 's/.*"log_bytes": \([0-9]*\).*/\1/p' "$work/stopped/checkpoint/state.json")
step=$((size / 12)) bytes=0 tried=0 held=0
[ "${NUNCHI_TESTS:-}" = long ] && step=1
checked && step=$((size / 3))
while [ $bytes -le "$size" ]; do
	rm -rf "$work/cut"
	cp -r "$work/stopped" "$work/cut"
	head -c $bytes "$work/whole/log.jsonl" > "$work/cut/log.jsonl"
	run train $run_options --keep-checkpoints 100 --out "$work/cut" --resume
	tail -n 1 "$work/.out" > "$work/now"
	tried=$((tried + 1))
	if [ $status -eq 0 ] && cmp -s "$work/hash" "$work/now" && ! grep -qv '^{.*}$' "$work/cut/log.jsonl"; then
		held=$((held + 1))
	else
		bad "a log of $bytes bytes, where the checkpoint knows $size"
	fi
	bytes=$((bytes + step))
done
tally "the log cut at a byte" $tried $held
finish
