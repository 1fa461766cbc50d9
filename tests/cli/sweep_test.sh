# Sweeps: a grid, what is done is not done again, jobs apart, random search, successive halving.
. "$(dirname "$0")/lib.sh"

head -n 81 data/course.tsv > "$work/train.tsv"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 2000 --bert-specials --out "$work/v.model"
fit="--train $work/train.tsv --valid-split 0.25 --preset tiny --tokenizer $work/v.model --allow-unknown --epochs 2 --max-len 16 --quiet"

exits 0 '' -- sweep $fit --set batch=10,30 --set lr=1e-3,1e-4 --out "$work/grid"
check "four rows in the table" test "$(grep -c '' < "$work/grid/sweep.tsv")" -eq 5
check "the last option changes fastest" test "$(cut -f 1-3 "$work/grid/sweep.tsv" | tr '\t\n' ' ;')" = "job batch lr;0 10 1e-3;1 10 1e-4;2 30 1e-3;3 30 1e-4;"
check "the best is named" grep -Eq '^best by accuracy: .*/grid/job-000[0-3]$' "$work/.out"
check "a plot" grep -q '</svg>' "$work/grid/sweep.svg"
check "curves of all four by name" test "$(grep -Eo '>batch (10|30), lr 1e-[34]<' "$work/grid/curves.svg" | sort -u | grep -c '')" -eq 4
exits 0 '' -- train $fit --batch 30 --lr 1e-4 --out "$work/alone"
check "a job has the weights of train with its settings" cmp "$work/alone/model.safetensors" "$work/grid/job-0003/model.safetensors"

exits 2 'is no number' -- sweep $fit --set lr=1e-3,abc --out "$work/wrong"
check "a wrong value is told before the first job" test ! -e "$work/wrong"

# --- again: nothing is done twice ---
cp "$work/grid/sweep.tsv" "$work/before.tsv"
touch "$work/mark"
rm -r "$work/grid/job-0001"
exits 0 '' -- sweep $fit --set batch=10,30 --set lr=1e-3,1e-4 --out "$work/grid"
check "the table is the same" cmp "$work/grid/sweep.tsv" "$work/before.tsv"
check "only what was missing was done" test "$(find "$work/grid" -name model.safetensors -newer "$work/mark" | wc -l)" -eq 1
cp -r "$work/grid" "$work/grid-before"
rm "$work/grid/job-0000/self_test.json" "$work/grid/job-0001/README.md" "$work/grid/job-0002/report.txt" "$work/grid/job-0003/curves.svg"
exits 0 '' -- sweep $fit --set batch=10,30 --set lr=1e-3,1e-4 --out "$work/grid"
check "a job that lacks a file is not done: all are there again" diff -r -x log.jsonl -x metrics.json -x checkpoint "$work/grid" "$work/grid-before"
exits 1 'of another sweep' -- sweep $fit --set batch=10,40 --set lr=1e-3,1e-4 --out "$work/grid"

# what a config file says, and what stands in the data's files, belongs to the sweep
printf 'lr = 1e-3\nseed = 5\n' > "$work/settings.json"
cp "$work/train.tsv" "$work/rows.tsv"
fit_file="--train $work/rows.tsv --valid-split 0.25 --preset tiny --tokenizer $work/v.model --allow-unknown --epochs 1 --max-len 16 --quiet --config $work/settings.json"
exits 0 '' -- sweep $fit_file --set batch=10,30 --out "$work/config"
cp -r "$work/config" "$work/config-before"
printf 'lr = 1e-3\nseed = 6\n' > "$work/settings.json"
exits 1 'of another sweep' -- sweep $fit_file --set batch=10,30 --out "$work/config"
check "and nothing is touched" diff -r "$work/config" "$work/config-before"
printf '# the same\nseed = 5\nlr = 1e-3\n' > "$work/settings.json"
exits 0 '' -- sweep $fit_file --set batch=10,30 --out "$work/config"
sed '2s/^./x/' "$work/train.tsv" > "$work/rows.tsv"
exits 1 'rows differ' -- sweep $fit_file --set batch=10,30 --out "$work/config"

# --- killed in the middle ---
"$NUNCHI" sweep $fit --set batch=10,30 --set lr=1e-3,1e-4 --out "$work/killed" > "$work/.out" 2> "$work/.err" &
victim=$!
for i in $(seq 1 500); do
	[ -e "$work/killed/job-0001/log.jsonl" ] && break
	sleep 0.02
done
kill -9 $victim
wait $victim 2> "$work/.err"
exits 0 '' -- sweep $fit --set batch=10,30 --set lr=1e-3,1e-4 --out "$work/killed"
check "after a kill, the same call makes the same table" cmp "$work/killed/sweep.tsv" "$work/before.tsv"
check "and the same weights" cmp "$work/killed/job-0001/model.safetensors" "$work/grid/job-0001/model.safetensors"

# --- apart ---
exits 0 '' -- sweep $fit --set batch=10,30 --set lr=1e-3,1e-4 --out "$work/apart" --emit slurm
check "a task for each" grep -qx '#SBATCH --array=0-3' "$work/.out"
cp "$work/.out" "$work/job.sh"
exits 1 'job 0 is not done' -- sweep $fit --set batch=10,30 --set lr=1e-3,1e-4 --out "$work/apart" --merge
for job in 3 1 0 2; do
	check "task $job runs" env NUNCHI="$NUNCHI" SLURM_ARRAY_TASK_ID=$job sh "$work/job.sh"
done
check "the same script gathers them" env NUNCHI="$NUNCHI" sh "$work/job.sh" --merge
check "gathered, the table has the same bits" cmp "$work/apart/sweep.tsv" "$work/before.tsv"

# --- random search, halving ---
exits 0 '' -- sweep $fit --epochs 1 --set lr=1e-5..1e-3 --random 2 --seed 3 --out "$work/random"
check "two rates" test "$(grep -c '' < "$work/random/sweep.tsv")" -eq 3
exits 0 '' -- sweep $fit --epochs 4 --set batch=10,30 --set lr=1e-3,1e-6 --halving --out "$work/halving"
check "4 jobs of 1 epoch, 2 of 2, 1 of 4" test "$(cut -f 1,5 "$work/halving/sweep.tsv" | tail -n +2 | tr '\t\n' ' ;')" = "0 1;0 1;0 1;0 1;1 2;1 2;2 4;"
check "the last rung has the best" grep -Eq '^best by accuracy: .*/rung-2/job-000[0-3]$' "$work/.out"

# --- stopped by hand: the way on that it names is one that works ---
timeout --foreground -s INT 4 $reached "$NUNCHI" sweep $fit --epochs 100000 --patience 0 --set batch=10,30 --out "$work/stopped" > "$work/.out" 2> "$work/.err"
check "says how to go on" grep -q 'stopped at step [0-9]* of [0-9]*; go on with the same command$' "$work/.err"
timeout --foreground -s INT 4 $reached "$NUNCHI" sweep $fit --epochs 100000 --patience 0 --set batch=10,30 --out "$work/stopped" > "$work/.out" 2> "$work/.more"
first=$(sed -n 's/.*stopped at step \([0-9]*\) .*/\1/p' "$work/.err") second=$(sed -n 's/.*stopped at step \([0-9]*\) .*/\1/p' "$work/.more")
check "and goes on from there" test "${second:-0}" -gt "${first:-0}"

# --- wrong calls ---
exits 2 'no option --bath; did you mean --batch' -- sweep $fit --set bath=1,2 --out "$work/no"
exits 2 '--batch: "many"' -- sweep $fit --set batch=many --out "$work/no"
exits 2 'cannot be varied' -- sweep $fit --set threads=1,2 --out "$work/no"
exits 2 'is a list' -- sweep $fit --set train=a,b --out "$work/no"
exits 2 'validation data' -- sweep --train "$work/train.tsv" --preset tiny --tokenizer "$work/v.model" --set batch=1,2 --quiet --out "$work/no"
exits 2 '--halving' -- sweep $fit --set batch=1,2 --halving --job 1 --out "$work/no"
exits 2 'the jobs have the numbers 0 to 1' -- sweep $fit --set batch=1,2 --job 2 --out "$work/no"
exits 2 'goes with --random' -- sweep $fit --set lr=1e-5..1e-3 --out "$work/no"
exits 2 'needs --set' -- sweep $fit --out "$work/no"
finish
