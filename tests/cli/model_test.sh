# A model's whole life: tokenizer, training, evaluation, answers. Small enough for seconds.
. "$(dirname "$0")/lib.sh"

data=data/course.tsv
head -n 201 "$data" > "$work/train.tsv"
tail -n 100 "$data" | { echo 'text	label'; cat; } > "$work/test.tsv"
small="--preset tiny --epochs 1 --batch 64 --lr 5e-4 --max-len 32 --quiet"

# --- a tokenizer ---
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 2000 --bert-specials --out "$work/ko.model" --threads 1
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 2000 --bert-specials --out "$work/ko7.model" --threads 7
check "a tokenizer does not depend on the threads" cmp "$work/ko.model" "$work/ko7.model"
for type in bpe wordpiece; do
	exits 0 '' -- tokenizer train --quiet --type $type --input "$data" --vocab-size 3000 --out "$work/$type.txt"
	exits 0 '' -- tokenizer info "$work/$type.txt"
	check "$type has the pieces that were asked for" grep -Eq '^  pieces +3000$' "$work/.out"
done
printf '한 줄\n두 줄\n' > "$work/lines.txt"
exits 0 'no more than [0-9]+ pieces: --vocab-size 8000 became' -- tokenizer train --input "$work/lines.txt" --out "$work/small.model"
exits 2 'needs --out' -- tokenizer train --input "$data"
exits 1 'no such file' -- tokenizer train --quiet --input "$work/absent" --out "$work/no.model"
exits 1 "no column 'nothing'" -- tokenizer train --quiet --input "$data" --text nothing --out "$work/no.model"
check "no file is left behind" test ! -e "$work/no.model"

# --- training: the same bits for any number of threads and any instruction set ---
exits 0 '' -- train --train "$work/train.tsv" --test "$work/test.tsv" --valid-split 0.1 $small --tokenizer "$work/ko.model" --out "$work/m" --threads 1
tail -n 1 "$work/.out" > "$work/hash"
check "the last line is the hash" grep -Eqx 'weights sha256 [0-9a-f]{64}' "$work/hash"
check "quiet means quiet" test ! -s "$work/.err"
for file in config.json model.safetensors nunchi.json spiece.model log.jsonl metrics.json report.txt curves.svg confusion.svg README.md self_test.json; do
	check "the folder has $file" test -s "$work/m/$file"
done
check "no temporary file is left" test -z "$(find "$work/m" -name '*.tmp')"
exits 0 '' -- train --train "$work/train.tsv" --test "$work/test.tsv" --valid-split 0.1 $small --tokenizer "$work/ko.model" --out "$work/m3" --threads 3
tail -n 1 "$work/.out" > "$work/hash3"
check "three threads give the same weights" cmp "$work/hash" "$work/hash3"
# (plain C has to compute every fma in software here, so this run is short)
for isa in auto scalar; do
	exits 0 '' -- train --train "$work/train.tsv" --limit 24 $small --max-len 12 --batch 12 --tokenizer "$work/ko.model" --out "$work/$isa" --isa $isa
	tail -n 1 "$work/.out" > "$work/hash-$isa"
done
check "plain C gives the same weights" cmp "$work/hash-auto" "$work/hash-scalar"
prints "$(cat "$work/hash")" -- fingerprint "$work/m"

# --- evaluation ---
exits 0 '' -- eval --model "$work/m" --data "$work/test.tsv"
check "the report has its table" grep -Eq '^ +accuracy +[01]\.[0-9]+ +100$' "$work/.out"
exits 0 '' -- eval --model "$work/m" --data "$work/test.tsv" --json
for field in accuracy loss macro_f1 micro_f1 weighted_f1 roc_auc roc_auc_micro labels per_label confusion rows; do
	check "the JSON has $field" grep -q "\"$field\":" "$work/.out"
done
check "one line of JSON" test "$(grep -c '' < "$work/.out")" -eq 1
printf 'text\tlabel\n좋아요\t없는라벨\n' > "$work/unknown.tsv"
exits 1 'unknown.tsv:2: .*없는라벨' -- eval --model "$work/m" --data "$work/unknown.tsv"
exits 1 'absent.tsv: ' -- eval --model "$work/m" --data "$work/absent.tsv"
exits 1 'is a folder' -- eval --model "$work/m" --data "$work"
exits 1 'column.*nothing|nothing.*column' -- eval --model "$work/m" --data "$work/test.tsv" --text nothing
: > "$work/empty.tsv"
exits 1 'empty.tsv' -- eval --model "$work/m" --data "$work/empty.tsv"
exits 1 'absent' -- eval --model "$work/absent" --data "$work/test.tsv"
NUNCHI_MODEL=/nowhere exits 2 'NUNCHI_MODEL is /nowhere' -- eval --data "$work/test.tsv"
exits 2 '--labels' -- eval --model "$work/m" --data "$work/test.tsv" --labels a,b

# on a terminal the line of the whole is bold, and so is chat's emotion
if script -qec true /dev/null > /dev/null 2>&1; then
	bold=$(printf '\033[1m')
	(unset NO_COLOR; script -qec "env TERM=xterm '$NUNCHI' eval --quiet --model '$work/m' --data '$work/test.tsv'" /dev/null < /dev/null > "$work/.out")
	check "eval has a bold line" grep -qF "${bold}accuracy " "$work/.out"
	(unset NO_COLOR; printf '기뻐\n0\n' > "$work/said"
		script -qec "env TERM=xterm LC_ALL=C.UTF-8 '$NUNCHI' chat --model '$work/m' < '$work/said'" /dev/null < /dev/null > "$work/.out")
	check "chat's emotion is bold" grep -qF "emotion: $bold" "$work/.out"
else
	skip "no script(1) of util-linux here"
fi

# --- answers ---
printf '오늘 너무 행복해\n\n무서워 죽겠어\n' > "$work/lines"
exits 0 '' -- predict --model "$work/m" --logits "$work/lines"
cp "$work/.out" "$work/answers"
check "three lines in, three out" test "$(grep -c '' < "$work/answers")" -eq 3
check "in the form that is promised" grep -Eq '^\{"text":"오늘 너무 행복해","label":"[^"]+","score":0\.[0-9e-]+,"scores":\{"공포":.*\},"logits":\[.*\]\}$' "$work/answers"
exits 0 '' -- predict --model "$work/m" --logits --batch 1 --threads 7 "$work/lines"
check "batches and threads change no digit" cmp "$work/.out" "$work/answers"
exits 0 '' -- predict --model "$work/m" --format tsv "$work/lines"
check "a table has three cells" test "$(awk -F '\t' 'NF != 3' "$work/.out" | grep -c '')" -eq 0
printf '첫째\t둘째\n' > "$work/pairs"
exits 0 '' -- predict --model "$work/m" --pair-separator '\t' "$work/pairs"
check "pairs are told apart" grep -q '^{"text":"첫째","pair":"둘째"' "$work/.out"
printf '{"id": 1,"input":{"form":"무서워"},  "x":[1.50]}\n{"input":{"form":"좋아"},"output":"?","y":"\\uac00"}\n' > "$work/records"
exits 0 '' -- predict --model "$work/m" --input jsonl --text input.form --in-place output "$work/records"
check "a record keeps its bytes" grep -Eq '^\{"id": 1,"input":\{"form":"무서워"\},  "x":\[1\.50\], "output": "[^"?]+"\}$' "$work/.out"
check "and an old answer is replaced" grep -Eq '^\{"input":\{"form":"좋아"\},"output":"[^"?]+","y":"\\uac00"\}$' "$work/.out"
printf '{"form":"무서워"}\n{"form":\n' > "$work/broken"
exits 1 'broken:2: .*JSON' -- predict --model "$work/m" --input jsonl "$work/broken"
printf '{"nothing":1}\n' > "$work/broken"
exits 1 'broken:1: .*--text' -- predict --model "$work/m" --input jsonl "$work/broken"
exits 2 'need --input jsonl' -- predict --model "$work/m" --text a "$work/lines"
exits 2 'do not go with' -- predict --model "$work/m" --in-place a --format tsv "$work/lines"
printf '%s\n' "$(yes '좋아 ' | tr -d '\n' | head -c 999999)" > "$work/odd"
exits 0 'cut to' -- predict --model "$work/m" "$work/odd"
check "a very long line is answered too" test "$(grep -c '' < "$work/.out")" -eq 1
printf '좋아\n\377\200 bad bytes\n' > "$work/odd"
exits 1 'odd:2: not valid UTF-8' -- predict --model "$work/m" "$work/odd"
check "the lines before a bad one are answered" test "$(grep -c '' < "$work/.out")" -eq 1
( yes 좋아요 | "$NUNCHI" predict --model "$work/m"; echo $? > "$work/status" ) 2> "$work/.err" | head -n 2 > "$work/two"
check "predict ends with its reader" test "$(grep -c '' < "$work/two")" -eq 2
check "and says nothing" test ! -s "$work/.err"

printf '행복해\n\n무서워\n0\n이것은 읽지 않는다\n' > "$work/talk"
input=$work/talk
export LANG=ko_KR.UTF-8 LC_ALL=
exits 0 '' -- chat --model "$work/m"
check "chat answers each sentence until 0" test "$(grep -c '^감정: ' "$work/.out")" -eq 2
LANG=C
exits 0 '' -- chat --model "$work/m"
check "in English elsewhere" test "$(grep -c '^emotion: ' "$work/.out")" -eq 2
unset input LC_ALL

# --- inspect, damaged models ---
exits 0 '' -- inspect "$work/m"
check "inspect lists tensors" grep -Eq 'classifier\.weight +F32 +896  7 × 128' "$work/.out"
check "and counts parameters" grep -Eq '^  all +[0-9]+' "$work/.out"
exits 2 'needs a model' -- inspect
exits 2 'needs a model' -- fingerprint
exits 1 'absent' -- fingerprint "$work/absent"
cp -r "$work/m" "$work/cut"
head -c 100000 "$work/m/model.safetensors" > "$work/cut/model.safetensors"
exits 1 'model.safetensors' -- predict --model "$work/cut" "$work/lines"
exits 1 'model.safetensors' -- inspect "$work/cut"
echo '{' > "$work/cut/config.json"
exits 1 'config.json' -- predict --model "$work/cut" "$work/lines"
rm "$work/cut/config.json"
exits 1 'config.json' -- predict --model "$work/cut" "$work/lines"

# --- calls of train that are wrong, data that cannot be learnt from; no model is left behind ---
exits 2 'needs --train' -- train --preset tiny --tokenizer "$work/ko.model" --out "$work/no"
exits 2 'needs --out' -- train --train "$work/train.tsv" --preset tiny --tokenizer "$work/ko.model"
exits 2 '--init' -- train --train "$work/train.tsv" --out "$work/no"
exits 2 'did you mean tiny' -- train --train "$work/train.tsv" --preset tinny --out "$work/no"
exits 2 'no option --epoch; did you mean --epochs' -- train --train "$work/train.tsv" --epoch 3 --out "$work/no"
exits 2 '--lr: "0"' -- train --train "$work/train.tsv" --preset tiny --lr 0 --tokenizer "$work/ko.model" --out "$work/no"
exits 1 'absent: ' -- train --train "$work/absent" $small --tokenizer "$work/ko.model" --out "$work/no"
exits 1 'is a folder' -- train --train "$work" $small --tokenizer "$work/ko.model" --out "$work/no"
exits 1 'empty.tsv' -- train --train "$work/empty.tsv" $small --tokenizer "$work/ko.model" --out "$work/no"
exits 1 'nothing' -- train --train "$work/train.tsv" --label nothing $small --tokenizer "$work/ko.model" --out "$work/no"
exits 1 'absent' -- train --train "$work/train.tsv" $small --tokenizer "$work/absent" --out "$work/no"
exits 1 '' -- train --train "$work/train.tsv" $small --optimizer sgd --lr 1e6 --clip 0 --batch 8 --tokenizer "$work/ko.model" --out "$work/no"
check "a loss that is no number leaves no model" test ! -e "$work/no/model.safetensors"
: > "$work/file"
exits 1 'file' -- train --train "$work/train.tsv" $small --tokenizer "$work/ko.model" --out "$work/file"

# --- killed and resumed ---
long="--train $work/train.tsv --valid-split 0.1 $small --epochs 3 --checkpoint-every 2 --tokenizer $work/ko.model --threads 1"
exits 0 '' -- train $long --out "$work/whole"
tail -n 1 "$work/.out" > "$work/hash"
"$NUNCHI" train $long --out "$work/killed" > /dev/null 2>&1 &
program=$!
tries=0
while [ ! -e "$work/killed/checkpoint/state.json" ] && [ $tries -lt 200 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
kill -9 $program 2> /dev/null
wait $program 2> /dev/null
exits 0 '' -- train $long --out "$work/killed" --resume
tail -n 1 "$work/.out" > "$work/hash-resumed"
check "killed and resumed: the bits of the whole run" cmp "$work/hash" "$work/hash-resumed"
finish
