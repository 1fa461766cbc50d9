# Recipes: found by name and by file, overruled by the command line, and each of them run to its end.
. "$(dirname "$0")/lib.sh"

data=data/course.tsv
small="--preset tiny --tokenizer $work/ko.model --epochs 1 --quiet --threads 2"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 2000 --bert-specials --out "$work/ko.model"

# --- finding one ---
exits 2 'there is no "dialog-7"; did you mean dialogue-7\? \(.*lyrics-4.*storybook-4' -- train --recipe dialog-7 --train "$data" --out "$work/no"
exits 1 'absent.conf' -- train --recipe "$work/absent.conf" --train "$data" --out "$work/no"
printf 'batch = many\n' > "$work/bad.conf"
exits 2 'bad.conf:1: --batch: "many"' -- train --recipe "$work/bad.conf" --train "$data" --out "$work/no"
printf 'recipe = lyrics-4\n' > "$work/bad.conf"
exits 2 'bad.conf:1: .*cannot name another' -- train --recipe "$work/bad.conf" --train "$data" --out "$work/no"
printf 'recipe = lyrics-9\n' > "$work/names.conf"
exits 2 'there is no "lyrics-9"; did you mean lyrics-' -- train --config "$work/names.conf" --train "$data" --out "$work/no"
# the program alone, in a folder where nothing else is, knows every file of data/recipes, and what it says
mkdir -p "$work/alone"
cp "$NUNCHI" "$work/alone/nunchi"
for file in "$root"/data/recipes/*.conf; do
	name=$(basename "$file" .conf)
	(cd "$work/alone" && ./nunchi train --recipe "$name" --train absent.tsv $small --out no 2> "$work/.out")
	check "$name is found without its file" grep -q 'absent.tsv' "$work/.out"
done
for recipe in lyrics-6 "$root/data/recipes/lyrics-6.conf"; do
	(cd "$work/alone" && ./nunchi train --recipe "$recipe" --train "$root/$data" --limit 60 $small --out "$(basename "$recipe")" | grep sha256)
done | uniq > "$work/.out"
check "a recipe inside the program says what its file says" test "$(grep -c sha256 "$work/.out")" -eq 1

head -n 41 "$data" | cut -f 1 | tail -n +2 > "$work/texts.txt"
exits 0 '' -- pretrain --recipe language --corpus "$work/texts.txt" --tokenizer "$work/ko.model" --layers 1 --epochs 1 --warmup 0 --batch 40 --quiet --out "$work/language"
check "pretraining has recipes, too" grep -q '"step":1,"epoch":1,"lr":0.0007,' "$work/language/log.jsonl"

# --- who has the last word: the command line, then --config, then the recipe ---
cat > "$work/one.conf" << 'END'
test-split = 0.5
epochs = 3
batch = 10
lr = 1e-3
limit = 40
END
printf 'batch = 20\nlr = 2e-3\nrecipe = %s\n' "$work/one.conf" > "$work/over.conf"
exits 0 '' -- train --train "$data" $small --schedule constant --warmup 0 --config "$work/over.conf" --lr 3e-3 --out "$work/rank"
check "the command line wins" grep -q '"step":1,"epoch":1,"lr":0.003,' "$work/rank/log.jsonl"
check "the configuration wins over the recipe: one step of 20 rows" test "$(grep -c '"step"' "$work/rank/log.jsonl")" -eq 1
check "the recipe is used: 20 rows to test" grep -q '"test_rows":20,' "$work/rank/metrics.json"
check "and noted with the model" grep -q '"recipe": "one.conf"' "$work/rank/nunchi.json"
# what the user says of one of two rivals silences the recipe's word on the other
{ head -n 1 "$data"; tail -n 30 "$data"; } > "$work/test.tsv"
exits 0 '' -- train --train "$data" $small --recipe "$work/one.conf" --test "$work/test.tsv" --out "$work/rival"
check "--test in place of the recipe's test-split" grep -q '"train_rows":40,"valid_rows":0,"test_rows":30,' "$work/rival/metrics.json"
exits 0 '' -- train --train "$data" $small --recipe "$work/one.conf" --test-split 0 --valid-split 0.25 --overwrite --out "$work/rival"
check "--test-split 0 takes it back" grep -q '"train_rows":30,"valid_rows":10,"test_rows":0,' "$work/rival/metrics.json"
exits 2 '--test and --test-split' -- train --train "$data" $small --test "$work/test.tsv" --test-split 0.2 --out "$work/no"

# a section is for one value of an option, whoever said it, and the next one ends it
printf 'limit = 20\nbatch = 10\nschedule = constant\nwarmup = 0\nlr = 1e-3\n[init = %s]  # narrow\nlr = 4e-3\n[optimizer = sgd]\nlr = 5e-3\n[schedule = constant]\nepochs = 2\n' "$work/rank" > "$work/cases.conf"
exits 0 '' -- train --train "$data" --quiet --recipe "$work/cases.conf" --init "$work/rank" --out "$work/case"
check "a section holds in its case, and one for another case does not" grep -q '"step":1,"epoch":1,"lr":0.004,' "$work/case/log.jsonl"
check "a line above may make the case: two epochs of two steps" test "$(grep -c '"step"' "$work/case/log.jsonl")" -eq 4
exits 0 '' -- train --train "$data" $small --recipe "$work/cases.conf" --optimizer sgd --out "$work/other-case"
check "the command line makes the case, too" grep -q '"step":2,"epoch":1,"lr":0.005,' "$work/other-case/log.jsonl"
check "and has the last word on what stands in one: one epoch" test "$(grep -c '"step"' "$work/other-case/log.jsonl")" -eq 2
printf '[inti = default]\n' > "$work/bad.conf"
exits 2 'bad.conf:1: .*did you mean --init' -- train --recipe "$work/bad.conf" --train "$data" --out "$work/no"
printf '[batch = 3]\n' > "$work/bad.conf"
exits 2 'bad.conf:1: .*and --batch is none' -- train --recipe "$work/bad.conf" --train "$data" --out "$work/no"
printf 'batch = 3\n[init\n' > "$work/bad.conf"
exits 2 'bad.conf:2: expected' -- train --recipe "$work/bad.conf" --train "$data" --out "$work/no"

# each recipe that trains has a rate for the default model's encoder
for file in data/recipes/[dlns]*-*.conf; do
	name=$(basename "$file" .conf)
	check "$name has a rate for --init default" sh -c "grep -A 1 '^\[init = default\]' '$file' | grep -q '^lr = '"
done
NUNCHI_MODEL=$work/rank exits 0 '' -- train --recipe dialogue-7 --init default --train "$data" --limit 40 --epochs 1 --schedule constant --warmup 0 --baseline=no --quiet --out "$work/from-default"
check "dialogue-7 from the default model has that rate" grep -q '"step":1,"epoch":1,"lr":0.0003,' "$work/from-default/log.jsonl"

# --- each recipe on the bundled sentences ---
# recipe NAME LABELS options...: trains in small form; the model must have these labels, in this order
recipe() {
	own=$1 labels=$2
	shift 2
	exits 0 '' -- train --recipe "$own" --train "$data" --limit 280 $small "$@" --out "$work/$own"
	check "$own: labels $labels" sh -c "tr -d ' \n' < '$work/$own/config.json' | grep -q '\"id2label\":{$labels}'"
	check "$own: the model knows its recipe" grep -q "\"recipe\": \"$own\"" "$work/$own/nunchi.json"
	check "$own: there is a report" test -s "$work/$own/report.txt"
	check "$own: with the n-gram model's line" grep -q '^baseline (character n-grams): accuracy' "$work/$own/report.txt"
	check "$own: and its figures" grep -q '^"baseline":{' "$work/$own/metrics.json"
	exits 0 '' -- predict --model "$work/$own" "$work/line"
}
echo '비가 오는데 네가 없다' > "$work/line"
seven='"0":"공포","1":"놀람","2":"분노","3":"슬픔","4":"중립","5":"행복","6":"혐오"'
recipe lyrics-7 "$seven"
check "lyrics-7: 280 rows are 179, 45 and 56" grep -q '"train_rows":179,"valid_rows":45,"test_rows":56,' "$work/lyrics-7/metrics.json"
check "lyrics-7: a constant rate" grep -q '"lr":1e-0*5,' "$work/lyrics-7/log.jsonl"
recipe lyrics-6 '"0":"공포","1":"놀람","2":"분노","3":"슬픔","4":"행복","5":"혐오"'
recipe lyrics-neutral-undersampled "$seven"
recipe lyrics-4 '"0":"분노혐오","1":"놀람공포","2":"슬픔","3":"행복"'
recipe dialogue-7 "$seven"
check "dialogue-7: 14 steps of 16 rows" test "$(grep -c '"step"' "$work/dialogue-7/log.jsonl")" -eq 14
check "dialogue-7: its dropout" grep -q '"classifier_dropout": *0.5' "$work/dialogue-7/config.json"
recipe dialogue-7-hf "$seven"
check "dialogue-7-hf: 4 steps of 64 rows" test "$(grep -c '"step"' "$work/dialogue-7-hf/log.jsonl")" -eq 4
recipe storybook-4 '"0":"neutral","1":"happy","2":"sad","3":"angry"' --relabel 중립=neutral,행복=happy,슬픔=sad,분노=angry --drop-label 공포,놀람,혐오
# asked live, of a model that is sure of some answers: the second emotion stands beside the best, unless its logit is below 0
tail -n 300 data/course.tsv | cut -f 1 > "$work/talk"
exits 0 '' -- train --recipe dialogue-7 --lr 2e-3 --classifier-dropout 0 --train "$data" --drop-label 공포,놀람,분노,행복 --max-len 24 --preset tiny --tokenizer "$work/ko.model" --epochs 1 --quiet --threads 2 --out "$work/sure"
input=$work/talk
exits 0 '' -- chat --model "$work/sure"
sed -e 's/^emotion: //' -e 's/ ([0-9]* %)//g' -e 's/, and / /' "$work/.out" > "$work/said"
exits 0 '' -- predict --model "$work/sure" --logits "$work/talk"
sed -e 's/.*"scores":{\(.*\)},"logits":\[\(.*\)\].*/\1,\2/' -e 's/"\([^"]*\)":[^,]*/\1/g' "$work/.out" | awk -F , '{
	labels = NF / 2; best = 1; second = 0
	for (c = 2; c <= labels; c++) if ($(labels + c) > $(labels + best)) best = c
	for (c = 1; c <= labels; c++) if (c != best && (!second || $(labels + c) > $(labels + second))) second = c
	print $best ($(labels + second) < 0 ? "" : " " $second)
}' > "$work/wanted"
check "chat says the second emotion unless its logit is below 0" cmp "$work/said" "$work/wanted"
check "and both happens" sh -c "grep -q ' ' '$work/said' && grep -qv ' ' '$work/said'"
unset input
# the comparisons of dialogue-7
for batch in 32 64; do
	exits 0 '' -- train --recipe dialogue-7 --batch $batch --train "$data" --limit 280 $small --out "$work/batch-$batch"
done
exits 0 '' -- train --recipe dialogue-7 --optimizer sgd --lr 0.01 --momentum 0.9 --train "$data" --limit 280 $small --out "$work/sgd"
exits 0 '' -- compare "$work/dialogue-7" "$work/batch-32" "$work/batch-64" "$work/sgd" --svg "$work/compare.svg"
check "the comparison has four rows" test "$(grep -Ec '^(dialogue-7|batch-32|batch-64|sgd) ' "$work/.out")" -eq 4
check "and a picture with four names" test "$(grep -Eo '>(dialogue-7|batch-32|batch-64|sgd)<' "$work/compare.svg" | sort -u | grep -c '')" -eq 4

# --- and on slices of real data ---
if [ -d ../shared/data ]; then
	exits 0 '' -- train --recipe dialogue-7 --train ../shared/data/chatbot/ChatbotData.csv --text Q --label label --limit 300 $small --out "$work/chatbot"
	exits 0 '' -- train --recipe dialogue-7-hf --train ../shared/data/reviews/reviews-train.tsv --limit 300 $small --out "$work/reviews"
	exits 0 '' -- train --recipe lyrics-7 --train ../shared/data/reviews/reviews-train.tsv --limit 300 $small --overwrite --out "$work/reviews"
	exits 0 '' -- train --recipe storybook-4 --train ../shared/data/chatbot/ChatbotData.csv --text Q --label label --labels 0,1,2 --limit 300 $small --overwrite --out "$work/chatbot"
else
	skip "../shared is absent: recipes on slices of real data"
fi
finish
