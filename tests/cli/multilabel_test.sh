# Several labels a record, toward a target: losses, thresholds, records given back, votes. Small enough for seconds.
. "$(dirname "$0")/lib.sh"

head -n 120 data/ea.jsonl > "$work/train.jsonl"
tail -n 40 data/ea.jsonl > "$work/valid.jsonl"
sample=$work/sample.jsonl
head -n 3 data/ea.jsonl | sed 's/"output": {[^}]*}/"output": "", "kept":   [1, {"ㅋ": null}]/' > "$sample"
exits 0 '' -- tokenizer train --quiet --input data/ea.jsonl --text input.form --vocab-size 1500 --bert-specials --out "$work/v.model"
fit="train --train $work/train.jsonl --multi-label --preset tiny --tokenizer $work/v.model --epochs 1 --lr 1e-3 --batch 16 --quiet"

# --- losses and thresholds ---
exits 0 '' -- $fit --out "$work/bce" --target both --cleansing nikl-ea-1 --valid "$work/valid.jsonl" --best-by micro-f1 --threshold tune-per-label
exits 0 '' -- $fit --out "$work/focal" --target pair --loss focal --focal-gamma 1.5 --valid "$work/valid.jsonl" --threshold tune
exits 0 '' -- $fit --out "$work/asl" --target markers --loss asl --asl-clip 0.1 --label-smoothing 0.1 --class-weights joy=2,fear=3
exits 0 '' -- $fit --out "$work/single" --loss asl-single --threshold 0.2
check "thresholds are kept, one a label" grep -Eq '"thresholds": \[(0\.[0-9]+, ){7}0\.[0-9]+\]' "$work/bce/nunchi.json"
check "and the target" grep -q '"target": "both"' "$work/bce/nunchi.json"
check "one threshold for all" grep -Eq '"threshold": 0\.[0-9]+' "$work/focal/nunchi.json"
check "the loss has its constants" grep -q '"focal_gamma": 1.5' "$work/focal/nunchi.json"
check "a fixed threshold" grep -q '"threshold": 0.2$' "$work/single/nunchi.json"
exits 2 'validation' -- $fit --out "$work/no" --threshold tune
exits 2 '--threshold 1.5' -- $fit --out "$work/no" --threshold 1.5
exits 2 'multi-label' -- train --train data/course.tsv --loss focal --preset tiny --tokenizer "$work/v.model" --out "$work/no"
exits 2 '--loss ce' -- $fit --loss ce --out "$work/no"
exits 2 'needs JSON records' -- train --train data/course.tsv --target pair --preset tiny --tokenizer "$work/v.model" --out "$work/no"
exits 2 '--target' -- $fit --target pair --pair id --out "$work/no"

run train --train data/ea.jsonl --multi-label --valid-split 0.3 --preset tiny --tokenizer "$work/v.model" --epochs 1 --lr 1e-9 --seed 1 --out "$work/no"
check "a model that has learned nothing is told of" grep -q 'hardly apart (ROC-AUC 0.[45]' "$work/.err"

# --- balanced weights count every label of a row: joy 4 times, fear 2: 6/(2*4) and 6/(2*2) ---
{ printf 'text\tlabel\n'; for i in 1 2 3 4; do printf '오늘은 좋은 날이다 %s\tjoy%s\n' "$i" "$([ "$i" -gt 2 ] && echo ,fear)"; done; } > "$work/uneven.tsv"
fit_uneven="train --train $work/uneven.tsv --multi-label --labels joy,fear --preset tiny --tokenizer $work/v.model --allow-unknown --epochs 1 --lr 1e-3 --batch 2 --seed 3"
run $fit_uneven --class-weights balanced --out "$work/uneven"
tail -n 1 "$work/.out" > "$work/balanced"
run $fit_uneven --class-weights joy=.75,fear=1.5 --out "$work/uneven-too"
check "train tells its columns" grep -q '^nunchi: text: text, label: label$' "$work/.err"
check "balanced counts every label" test "$(cat "$work/balanced")" = "$(tail -n 1 "$work/.out")"
run eval --model "$work/uneven" --data "$work/uneven.tsv"
check "eval tells its columns" grep -q '^nunchi: text: text, label: label$' "$work/.err"
echo '{"document":[{"id":1,"utterance":[{"form":"좋은 날"},{"form":"무서운 날"}]}]}' > "$work/corpus.json"
for text in '' '--text document.utterance.form' '--text form'; do
	run predict --model "$work/uneven" $text "$work/corpus.json"
	check "predict finds records in arrays $text" test "$(grep -c '"text":"[좋무][은서]' "$work/.out")" -eq 2
done
check "and tells where" grep -q 'corpus.json: text: form$' "$work/.err"
echo '{"guid":"n-1","title":"비가 온다는 소식"}' > "$work/news.jsonl"
run predict --model "$work/uneven" "$work/news.jsonl"
check "predict goes by the names of training" grep -q '^{"text":"비가 온다는 소식"' "$work/.out"
check "and tells which one" grep -q 'news.jsonl: text: title$' "$work/.err"
for part in '--valid-split 0.3' '--test-split 0.3'; do
	exits 2 'stratify needs data with one label a row' -- train --train "$work/uneven.tsv" --multi-label --stratify $part --preset tiny --tokenizer "$work/v.model" --allow-unknown --out "$work/no"
done
exits 2 'stratify needs data with one label a row' -- cv --train "$work/uneven.tsv" --multi-label --stratify --folds 2 --preset tiny --tokenizer "$work/v.model" --allow-unknown --quiet --out "$work/no"
exits 2 'stratify needs data with one label a row' -- split --data "$work/uneven.tsv" --multi-label --stratify --folds 2 --out-dir "$work/no"

# --- targets: offsets are looked at ---
sed '2s/"begin": \([0-9]*\)/"begin": 1\1/' data/ea.jsonl > "$work/wrong.jsonl"
exits 1 'wrong.jsonl:2: the target' -- train --train "$work/wrong.jsonl" --multi-label --target pair --preset tiny --tokenizer "$work/v.model" --out "$work/no"
run data --data "$work/wrong.jsonl" --multi-label
check "data tells of it" grep -q 'wrong.jsonl:2: the target' "$work/.err"
exits 1 'wrong.jsonl:2: the target' -- predict --model "$work/bce" --input jsonl "$work/wrong.jsonl"

# --- records given back ---
exits 0 '' -- predict --model "$work/bce" --in-place output "$sample"
sed 's/"output": {[^}]*}/"output": ""/' "$work/.out" > "$work/stripped"
check "all else is kept byte for byte" cmp "$work/stripped" "$sample"
check "the answer is True and False" grep -Eq '"output": \{"joy": "(True|False)", ("[a-z]+": "(True|False)", ){6}"sadness": "(True|False)"\}, "kept"' "$work/.out"
sed 's/"True"/true/g; s/"False"/false/g' data/ea.jsonl | head -n 2 > "$work/bare.jsonl"
exits 0 '' -- predict --model "$work/bce" --in-place output "$work/bare.jsonl"
check "true and false where the record has them" grep -Eq '"output": \{"joy": (true|false), ' "$work/.out"

printf '%s\r\n\r\n%s' '{"form": "하나", "meta":{"n":1.50}} ' '{"form":"둘","meta":{},"u":"\ub458"}' > "$work/ends.jsonl"
exits 0 '' -- predict --model "$work/bce" --in-place meta.said.ea "$work/ends.jsonl"
sed 's/,* *"said": {"ea": {[^}]*}}//' "$work/.out" > "$work/stripped"
check "line ends stay, blank lines too, and a field is made where its path leads" cmp "$work/stripped" "$work/ends.jsonl"
exits 1 'ends.jsonl:1: --in-place form.ea: .* no object' -- predict --model "$work/bce" --in-place form.ea "$work/ends.jsonl"
printf '[{"form":"하나","ea":"?"}]\n[{"form":"둘"}]\n' > "$work/list.jsonl"
exits 0 '' -- predict --model "$work/bce" --text 0.form --in-place 0.ea "$work/list.jsonl"
check "a field of a list's element is a place, too" test "$(grep -Ec '^\[\{"form":"(하나|둘)", ?"ea": ?\{"joy": [^}]*\}\}\]$' "$work/.out")" -eq 2
deep=$(yes a. | head -n 254 | tr -d '\n')a
printf '{"form":"하나"}\n' > "$work/flat.jsonl"
exits 0 '' -- predict --model "$work/bce" --in-place "$deep" "$work/flat.jsonl"
cp "$work/.out" "$work/deep.jsonl"
exits 0 '' -- predict --model "$work/bce" --in-place "$deep" "$work/deep.jsonl"
check "the deepest place there is can be read again" cmp "$work/.out" "$work/deep.jsonl"
exits 2 'more than 255 objects' -- predict --model "$work/bce" --in-place "$deep.a" "$work/flat.jsonl"

# --- answers ---
exits 0 '' -- predict --model "$work/bce" --input jsonl "$sample"
check "a target is shown" grep -q '^{"text":".*","target":".*","labels":\[' "$work/.out"
cp "$work/.out" "$work/alone"
exits 0 '' -- predict --model "$work/bce" --input jsonl --batch 1 "$sample"
check "batches change no bit" cmp "$work/.out" "$work/alone"
sed 's/"threshold": 0\.2/"threshold": 0.999/' "$work/single/nunchi.json" > "$work/n" && mv "$work/n" "$work/single/nunchi.json"
exits 0 '' -- predict --model "$work/single" --input jsonl "$sample"
check "nothing over its threshold is said, with the best label" grep -q '"labels":\[\],"below_threshold":true,"best":"' "$work/.out"
exits 0 '' -- predict --model "$work/single" --input jsonl --format tsv "$sample"
check "in a table, in brackets" grep -Eq '	\([a-z]+\)	0\.[0-9]+$' "$work/.out"
exits 0 '' -- eval --model "$work/single" --data "$work/valid.jsonl"
check "eval counts them" grep -q 'rows with no label over its threshold: 40 of 40' "$work/.out"
exits 0 '' -- eval --model "$work/bce" --data "$work/valid.jsonl" --json
for field in samples_f1 hamming_loss unlabelled thresholds average_precision_micro; do
	check "the JSON has $field" grep -q "\"$field\":" "$work/.out"
done
exits 2 'trained with --target both' -- eval --model "$work/bce" --data "$work/valid.jsonl" --target none

# --- votes ---
exits 0 '' -- ensemble --model "$work/bce" --model "$work/bce" --input jsonl "$sample"
check "a model that votes with itself changes nothing" cmp "$work/.out" "$work/alone"
exits 0 '' -- ensemble --model "$work/bce" --model "$work/focal" --model "$work/asl" --vote hard --in-place output "$sample"
check "three different ones answer" test "$(grep -c '"output": {"joy": "' < "$work/.out")" -eq 3
exits 0 '' -- eval --model "$work/bce" --model "$work/focal" --vote hard --data "$work/valid.jsonl"
check "and are measured" grep -q 'micro F1' "$work/.out"
exits 0 '' -- ensemble --model "$work/bce" --model "$work/focal" --model "$work/asl" --greedy --data "$work/valid.jsonl"
check "the best are chosen" grep -Eq '^chosen:( --model [^ ]+)+$' "$work/.out"
exits 2 'give --data' -- ensemble --model "$work/bce" --greedy
exits 2 '--logits' -- ensemble --model "$work/bce" --logits "$sample"
exits 0 '' -- train --train data/course.tsv --limit 50 --preset tiny --tokenizer "$work/v.model" --epochs 1 --allow-unknown --quiet --out "$work/seven"
exits 1 'cannot vote together' -- ensemble --model "$work/bce" --model "$work/seven" "$sample"
finish
