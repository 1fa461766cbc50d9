# Cross-validation: folds in one call, and apart and joined, give the same bits.
. "$(dirname "$0")/lib.sh"

head -n 60 data/ea.jsonl > "$work/ea.jsonl"
exits 0 '' -- tokenizer train --quiet --input data/ea.jsonl --text input.form --vocab-size 1500 --bert-specials --out "$work/v.model"
fit="--train $work/ea.jsonl --multi-label --target both --preset tiny --tokenizer $work/v.model --epochs 2 --lr 1e-3 --batch 16 --max-len 48
	--best-by micro-f1 --threshold tune-per-label --folds 3 --quiet"

exits 0 '' -- cv $fit --out "$work/one"
check "a table with mean and deviation" grep -Eq '^mean +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$' "$work/.out"
check "the best fold is named" grep -Eq '^best fold: .*/one/fold-[0-2]$' "$work/.out"
check "every row was held out once, in order" test "$(sed 's/^{"row":\([0-9]*\),.*/\1/' "$work/one/out-of-fold.jsonl" | tr '\n' ' ')" = "$(seq -s ' ' 0 59) "
check "thresholds of the other folds are tried" grep -Eq "^with thresholds tuned on the other folds. rows: macro F1 [0-9.]+   micro F1 [0-9.]+$" "$work/.out"
for field in other_folds_thresholds mean deviation best_fold out_of_fold weights_sha256 data_sha256; do
	check "cv.json has $field" grep -q "\"$field\":" "$work/one/cv.json"
done

# --- apart, in another order, with other threads ---
exits 0 '' -- cv $fit --out "$work/apart" --fold 2 --threads 2
exits 1 'fold-0/metrics.json: .*--fold 0' -- cv --merge --folds 3 --out "$work/apart"
exits 0 '' -- cv $fit --out "$work/apart" --fold 0 --threads 1
exits 0 '' -- cv $fit --out "$work/apart" --fold 1 --threads 3
exits 0 '' -- cv --merge --folds 3 --best-by micro-f1 --out "$work/apart"
check "cv.json has the same bits" cmp "$work/one/cv.json" "$work/apart/cv.json"
check "out-of-fold.jsonl too" cmp "$work/one/out-of-fold.jsonl" "$work/apart/out-of-fold.jsonl"
for fold in 0 1 2; do
	check "and the weights of fold $fold" cmp "$work/one/fold-$fold/model.safetensors" "$work/apart/fold-$fold/model.safetensors"
done
cp "$work/one/cv.json" "$work/before.json"
files_of() { ls -i "$work/one"/fold-*/* | sort; }
files_of > "$work/before.files"
exits 0 '' -- cv $fit --out "$work/one" --resume
check "resuming what is finished changes nothing" cmp "$work/one/cv.json" "$work/before.json"
files_of > "$work/after.files"
check "and writes nothing into finished folds" cmp "$work/before.files" "$work/after.files"
rm "$work/one/fold-1/held-out.jsonl"
exits 0 '' -- cv $fit --out "$work/one" --resume
check "a fold without its held-out rows is not finished" cmp "$work/one/cv.json" "$work/before.json"

# --- other rows under the same command ---
cp -r "$work/one" "$work/before"
cp "$work/ea.jsonl" "$work/ea.kept"
sed '2s/"form": *"[^"]*/& 정말/' "$work/ea.kept" > "$work/ea.jsonl"
check "a row is another" sh -c "! cmp -s '$work/ea.jsonl' '$work/ea.kept'"
exits 1 'rows differ' -- cv $fit --out "$work/one" --resume
check "it is refused, and nothing is touched" diff -r "$work/one" "$work/before"
cp "$work/ea.kept" "$work/ea.jsonl"

# --- what does not fit together ---
rm -r "$work/apart/fold-1"
cp -r "$work/apart/fold-0" "$work/apart/fold-1"
exits 1 'row [0-9]+ is twice in|row [0-9]+ is in none of' -- cv --merge --folds 3 --out "$work/apart"
exits 2 '--fold 3: the folds of --folds 3' -- cv $fit --out "$work/no" --fold 3
exits 2 '--valid' -- cv $fit --out "$work/no" --valid-split 0.2
exits 2 'needs --train' -- cv --preset tiny --tokenizer "$work/v.model" --out "$work/no"
exits 2 '--merge joins' -- cv --merge --fold 1 --out "$work/one"

# --- one label a row ---
head -n 61 data/course.tsv > "$work/seven.tsv"
exits 0 '' -- cv --train "$work/seven.tsv" --stratify --preset tiny --tokenizer "$work/v.model" --allow-unknown --epochs 1 --folds 2 --max-len 24 --baseline --quiet --out "$work/seven"
check "the baseline's line, over the folds" grep -Eq '^baseline \(character n-grams\): accuracy 0\.[0-9]{4} ± 0\.[0-9]{4} macro F1 0\.[0-9]{4} ± 0\.[0-9]{4}$' "$work/.out"
check "and in cv.json" grep -Eq '^"baseline":\{"mean":\{"accuracy":0\.[0-9]+,"macro_f1":' "$work/seven/cv.json"
check "a confusion matrix of all rows" grep -q 'truth' "$work/.out"
check "one truth, one label a row" grep -Eq '^\{"row":0,"fold":[01],"truth":"[^"]+","label":"[^"]+","scores":\{' "$work/seven/out-of-fold.jsonl"

# --- a job array ---
exits 0 '' -- cv $fit --out "$work/array" --emit slurm --threads 1
check "a task for each fold" grep -qx '#SBATCH --array=0-2' "$work/.out"
check "which it trains" grep -q -- '--fold "$SLURM_ARRAY_TASK_ID" --resume$' "$work/.out"
check "the call is in it once" test "$(grep -c -- '--train ' < "$work/.out")" -eq 1
cp "$work/.out" "$work/job.sh"
for fold in 0 1 2; do
	check "task $fold runs" env NUNCHI="$NUNCHI" SLURM_ARRAY_TASK_ID=$fold sh "$work/job.sh"
done
check "the same script joins them" env NUNCHI="$NUNCHI" sh "$work/job.sh" --merge
check "the array's result has the same bits" cmp "$work/one/cv.json" "$work/array/cv.json"
finish
