# Looking at runs and at mistakes: eval --errors and --slice, compare, event files; early stopping; labels before and after selection.
. "$(dirname "$0")/lib.sh"

data=data/course.tsv
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 2000 --bert-specials --out "$work/ko.model"
small="--train $data --limit 160 --preset tiny --tokenizer $work/ko.model --max-len 24 --batch 32 --valid-split 0.2 --quiet --threads 2"

# --- early stopping: at a rate that is too high, the validation accuracy soon stops rising ---
exits 0 '' -- train $small --lr 1e-3 --epochs 3 --test-split 0.2 --tensorboard "$work/board" --out "$work/one"
exits 0 '' -- train $small --lr 2e-1 --clip 0 --schedule constant --warmup 0 --optimizer sgd --momentum 0 --epochs 30 --patience 2 --out "$work/early"
epochs=$(grep -c '"train_loss"' "$work/early/log.jsonl")
last_best=$(grep '"train_loss"' "$work/early/log.jsonl" | grep '"best":true' | tail -n 1 | sed 's/.*"epoch":\([0-9]*\).*/\1/')
check "patience 2 ends two epochs after the best ($epochs, best $last_best)" test "$epochs" -eq $((last_best + 2)) -o "$epochs" -eq 30
check "and before the thirtieth" test "$epochs" -lt 30

# --- labels before and after ---
"$NUNCHI" train --train "$data" --relabel 분노=싫음,혐오=싫음 --drop-label 중립 --undersample 싫음=600 --preset tiny --tokenizer "$work/ko.model" \
	--max-len 8 --batch 512 --epochs 1 --test-split 0.9 --out "$work/selected" > "$work/.out" 2> "$work/.err"
check "train tells the labels of the file" grep -qx 'nunchi: labels in the files: 공포 600, 놀람 600, 분노 600, 슬픔 600, 중립 600, 행복 600, 혐오 600' "$work/.err"
check "and those it uses" grep -qx 'nunchi: labels that are used: 공포 600, 놀람 600, 슬픔 600, 싫음 600, 행복 600' "$work/.err"
exits 0 'labels that are used: .*싫음 600' -- data --data "$data" --relabel 분노=싫음,혐오=싫음 --drop-label 중립 --undersample 싫음=600 --json
check "data has both as JSON" grep -q '"labels_before":{"공포":600,.*"중립":600,.*},"labels":{"공포":600,"놀람":600,"슬픔":600,"싫음":600,"행복":600},' "$work/.out"

# --- eval --errors, --slice ---
{
	printf 'text\tsource\tlabel\n'
	tail -n 60 "$data" | awk -F '\t' '{ print $1 "\t" (NR % 3 == 0 ? "책" : NR % 3 == 1 ? "talk" : "") "\t" $2 }'
} > "$work/test.tsv"
exits 0 'of 60 rows are wrong: ' -- eval --model "$work/one" --data "$work/test.tsv" --errors "$work/errors.tsv" --slice source
wrong=$(awk '/^accuracy / { printf "%d", 60 - 60 * $2 + 0.5 }' "$work/.out")
check "a row for every mistake" test "$(tail -n +2 "$work/errors.tsv" | grep -c '')" -eq "$wrong"
check "the header" test "$(head -n 1 "$work/errors.tsv")" = "$(printf 'confidence\tpredicted\tlabel\tscore of the label\tfile\tline\ttext')"
check "the most confident first" sh -c "tail -n +2 '$work/errors.tsv' | cut -f 1 | sort -rnc"
check "each names its row" awk -F '\t' 'NR == FNR { text[FNR] = $1; label[FNR] = $3; next } FNR > 1 && (text[$6] != $7 || label[$6] != $3 || $2 == $3) { exit 1 }' "$work/test.tsv" "$work/errors.tsv"
check "groups, the largest first" sh -c "sed -n '/^source/,\$p' '$work/.out' | awk 'NR > 1 { printf \"%s%s\", \$1, \$2 }' | grep -qE '^((\\(blank\\)|책|talk)20){3}$'"
exits 0 '' -- eval --model "$work/one" --data "$work/test.tsv" --slice source --json
check "groups as JSON" grep -Eq '"slices":\{"source":\{"talk":\{"rows":20,"accuracy":[0-9.]+,.*"\(blank\)":\{"rows":20,.*"책":\{"rows":20,.*\}\}\}$' "$work/.out"
exits 1 "no column 'nothing'" -- eval --model "$work/one" --data "$work/test.tsv" --slice nothing
exits 1 'cannot write' -- eval --model "$work/one" --data "$work/test.tsv" --errors "$work/absent/errors.tsv" --quiet

# --- compare ---
exits 0 '' -- compare "$work/one/" "$work/early" --svg "$work/two.svg"
check "names, epochs and test figures" grep -Eq '^one +[1-3]/3( +[0-9]+\.[0-9]{4}){7} +[0-9]+$' "$work/.out"
check "no wider than a terminal" awk 'length > 80 { exit 1 }' "$work/.out"
check "no test data, no figure" grep -Eq '^early .* +- +- +[0-9]+$' "$work/.out"
check "both runs in one picture" test "$(grep -Eo '>(one|early)<' "$work/two.svg" | sort -u | grep -c '')" -eq 2
exits 0 '' -- compare "$work/one" "$work/early" --svg "$work/two.svg" --json
check "an object a run" test "$(grep -Ec '^\{"run":".*","epochs":[0-9]+,"best_epoch":[0-9]+,"train_loss":.*\}$' "$work/.out")" -eq 2
(cd "$work" && "$NUNCHI" compare one early > .out 2>&1)
check "no picture that nobody asked for" sh -c "! ls '$work' | grep -q 'compare.svg'"
cp -r "$work/one" "$work/한 이름이 아주 긴 실험"
exits 0 '' -- compare "$work/one" "$work/한 이름이 아주 긴 실험"
check "a long name has a line of its own" grep -qx '한 이름이 아주 긴 실험' "$work/.out"
exits 2 'needs the folders' -- compare
exits 1 'absent/log.jsonl' -- compare "$work/absent" --svg "$work/no.svg"
head -c 300 "$work/one/log.jsonl" > "$work/early/log.jsonl"
exits 0 '' -- compare "$work/early" --svg "$work/two.svg"

# --- event files ---
events=$(ls "$work/board")
check "one event file" sh -c "echo '$events' | grep -Eqx 'events\\.out\\.tfevents\\.[0-9]{10}\\..*\\.nunchi'"
check "with all curves" sh -c "grep -aoE '(loss|accuracy|macro_f1|micro_f1|step)/[a-z_]+' '$work/board/$events' | sort | uniq -c | tr -s ' \n' ' ' | grep -qx ' 3 accuracy/train 3 accuracy/valid 3 loss/train 3 loss/valid 3 macro_f1/valid 3 micro_f1/valid 12 step/grad_norm 12 step/loss 12 step/lr '"
"$NUNCHI" train $small --epochs 1 --tensorboard "$work/ko.model/board" --overwrite --out "$work/one" > "$work/.out" 2>&1
check "training does not end for a diary" test $? -eq 0
finish
