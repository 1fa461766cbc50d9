# ngram_test.sh - the n-gram model as every command meets it; the yardstick beside a run; committees; temperatures.
. "$(dirname "$0")/lib.sh"

gives() { # 'ERE in standard output' -- arguments...
	pattern=$1
	shift 2
	run "$@"
	if [ "$status" -eq 0 ] && grep -Eq -- "$pattern" "$work/.out"; then good; else bad "nunchi $* (exit status $status) gives $pattern"; fi
}

books="--train data/books/simcheong.tsv"
run train --preset ngram $books --test data/books/heungbu.tsv --out "$work/one" --quiet
check 'trains without a tokenizer' [ "$status" -eq 0 ]
first=$(tail -n 1 "$work/.out")
check 'leaves what a run leaves' sh -c "cd '$work/one' && ls config.json model.safetensors ngrams.table nunchi.json log.jsonl metrics.json report.txt curves.svg confusion.svg README.md self_test.json run.json > /dev/null"
check 'the card says what it is' grep -q 'character n-grams of 1 to 4' "$work/one/README.md"
check 'the fingerprint is that of the file' sh -c "[ \"\$('$NUNCHI' fingerprint '$work/one')\" = '$first' ]"
for threads in 1 3; do
	run train --preset ngram $books --threads $threads --isa scalar --out "$work/threads$threads" --quiet
	check "$threads threads, plain C: the same bits" [ "$(tail -n 1 "$work/.out")" = "$first" ]
done
gives 'ok:' -- inspect --verify "$work/one"
gives 'features' -- inspect "$work/one"
gives '"label":' -- predict --model "$work/one" data/books/heungbu.txt
gives 'accuracy' -- eval --model "$work/one" --data data/books/heungbu.tsv
gives '"kind":"narration"' -- tag --model "$work/one" data/books/heungbu.txt
gives '흥부는' -- explain --model "$work/one" --text '흥부는 울었습니다.'
gives '"effects"' -- explain --model "$work/one" --text '흥부는 울었습니다.' --format json --html "$work/page.html"
exits 2 'is no transformer' -- predict --model "$work/one" --embeddings mean data/books/heungbu.txt
exits 2 'has no --tokenizer' -- train --preset ngram --tokenizer tests/golden/sp $books --out "$work/two"
exits 2 'widths from 1 to 8' -- train --preset ngram --ngrams 3-2 $books --out "$work/two"
exits 2 '--loss' -- train --preset ngram --loss focal --multi-label $books --out "$work/two"
exits 2 'on validation data' -- train --preset ngram --calibrate $books --out "$work/two"

# an effect is exact: bias and effects add up to the logit
run explain --model "$work/one" --text '흥부는 울었습니다. 정말로!' --format json
check 'answers as predict answers' sh -c "printf '흥부는 울었습니다. 정말로!\n' | '$NUNCHI' predict --model '$work/one' | grep -o '\"scores\":{[^}]*}' | grep -qF -f - '$work/.out'"

# hashed, narrow, half precision
run train --preset ngram --ngram-buckets 4096 --ngrams 2-3 $books --out "$work/hashed" --quiet
check 'hashed: no table of n-grams' [ ! -e "$work/hashed/ngrams.table" ]
gives 'ok:' -- inspect --verify "$work/hashed"
exits 0 '' -- convert --from "$work/one" --to "$work/half" --type f16
gives 'ok:' -- inspect --verify "$work/half"

# what stands in few rows is left out; counted by hand: of 가 나, 가 다, 라 the edge " " alone stands in three, "가", " 가" and their like in two
printf '%s\t%s\n' text label '가 나' 행복 '가 다' 슬픔 '라' 분노 > "$work/few.tsv"
features() { # least
	run train --preset ngram --ngrams 1-1 --ngram-least "$1" --train "$work/few.tsv" --out "$work/least$1" --overwrite --quiet
	grep -o '"ngram_features": [0-9]*' "$work/least$1/config.json"
}
check 'all n-grams' [ "$(features 1)" = '"ngram_features": 5' ]
check 'those of two rows' [ "$(features 2)" = '"ngram_features": 2' ]
check 'those of three rows' [ "$(features 3)" = '"ngram_features": 1' ]
gives '--ngram-least *3' -- inspect "$work/least3"
exits 1 'no n-gram stands in 9999 rows' -- train --preset ngram --ngrams 1-1 --ngram-least 9999 $books --out "$work/least4"
run train --preset ngram --ngram-least 1 $books --out "$work/least" --quiet
check 'one row is what was always asked' [ "$(tail -n 1 "$work/.out")" = "$first" ]

# texts of another kind
printf 'qzx\U0001F642\U0001F642 wvk\n흥부는 울었습니다.\n' > "$work/strange.txt"
run predict --model "$work/one" "$work/strange.txt"
check 'a text that is mostly unknown says so' sh -c "head -n 1 '$work/.out' | grep -q '\"unknown\":0.[5-9]\|\"unknown\":1}' && tail -n 1 '$work/.out' | grep -qv unknown"
input="$work/strange.txt" run chat --model "$work/one"
check 'chat says so too' sh -c "head -n 1 '$work/.out' | grep -q 'unknown\|모르겠' && sed -n 2p '$work/.out' | grep -qv 'unknown\|모르겠'"
run predict --model "$work/one" --abstain .99 "$work/strange.txt"
check 'an answer below --abstain is none' sh -c "[ \$(grep -c '\"label\":\"?\"' '$work/.out') = 2 ]"
gives '	[?]	0' -- predict --model "$work/one" --abstain .99 --format tsv "$work/strange.txt"

# damaged folders end in one line
cp -r "$work/one" "$work/cut" && head -c 1000 "$work/one/ngrams.table" > "$work/cut/ngrams.table"
exits 1 'cut off or damaged' -- predict --model "$work/cut" data/books/heungbu.txt
cp "$work/hashed/model.safetensors" "$work/cut/model.safetensors" && cp "$work/one/ngrams.table" "$work/cut/"
exits 1 'not the shape' -- predict --model "$work/cut" data/books/heungbu.txt

# several labels, folds, sweeps
run train --preset ngram --multi-label --train data/ea.jsonl --target pair --limit 200 --valid-split .2 --threshold tune-per-label --calibrate --out "$work/several" --quiet
check 'several labels a row' [ "$status" -eq 0 ]
check 'a temperature a label' sh -c "grep -c temperatures '$work/several/nunchi.json' | grep -q 1 && grep -o '\"temperatures\": \[.*\]' '$work/several/nunchi.json' | tr ',' '\n' | grep -c . | grep -qx 8"
check 'and a bias' sh -c "grep -o '\"biases\": \[.*\]' '$work/several/nunchi.json' | tr ',' '\n' | grep -c . | grep -qx 8"
# with the threshold as it is given, the same labels are given, by calibrated probabilities; damaged biases are refused
for calibrate in no yes; do
	run train --preset ngram --multi-label --train data/ea.jsonl --target pair --limit 300 --valid-split .4 --threshold .3 --calibrate=$calibrate --out "$work/several-$calibrate" --quiet
	"$NUNCHI" predict --model "$work/several-$calibrate" --quiet data/books/heungbu.txt > "$work/several-$calibrate.txt"
	sed 's/,"score".*//' "$work/several-$calibrate.txt" > "$work/several-$calibrate.labels"
done
check 'calibration gives the same labels' cmp "$work/several-no.labels" "$work/several-yes.labels"
check 'with other probabilities' sh -c "! cmp -s '$work/several-no.txt' '$work/several-yes.txt'"
sed -i 's/"biases": \[/"biases": [0, /' "$work/several-yes/nunchi.json"
exits 1 '9 biases' -- predict --model "$work/several-yes" data/books/heungbu.txt
gives '^mean' -- cv --preset ngram $books --folds 3 --out "$work/cv" --quiet
check 'folds are joined' grep -q '"best_fold"' "$work/cv/cv.json"
gives 'best by' -- sweep --preset ngram $books --valid-split .2 --set ngram-c=1,3 --out "$work/sweep" --quiet

# temperatures: other probabilities, the same answers, half of the error
rows='--train data/course.tsv --limit 1500 --valid-split .25 --test-split .3'
run train --preset ngram $rows --out "$work/plain" --quiet
run train --preset ngram $rows --calibrate --out "$work/calm" --quiet
for name in plain calm; do
	"$NUNCHI" predict --model "$work/$name" --quiet data/books/heungbu.txt | sed 's/,"score".*//' > "$work/$name.txt"
done
check 'temperatures change no answer' cmp "$work/plain.txt" "$work/calm.txt"
error_of() { grep -A 1 '^"test"' "$work/$1/metrics.json" | grep -o '"calibration_error":[0-9.]*' | cut -d: -f2; }
check 'the calibration error is less than half' awk "BEGIN { exit !($(error_of calm) < $(error_of plain) / 2) }"
exits 0 '' -- eval --model "$work/calm" --data data/contrasts.tsv --contrast pair --against "$work/plain" --differences "$work/differences.tsv" --reliability "$work/reliability.svg"
check 'contrast sets, and two models that answer alike' sh -c "grep -qE '^contrast sets \(pair\): originals 0.[0-9]+, changed 0.[0-9]+, wholly right 0.[0-9]+ of 406' '$work/.out' && grep -q 'p = 1$' '$work/.out' && [ \$(grep -c '' '$work/differences.tsv') = 1 ]"
check 'a diagram' grep -q 'calibration error' "$work/reliability.svg"
gives '"contrast":\{"sets":406.*"against":\{"rows":812,.*"p":1,' -- eval --model "$work/calm" --data data/contrasts.tsv --contrast pair --against "$work/plain" --json
exits 2 'grouped by one column' -- eval --model "$work/calm" --data data/contrasts.tsv --contrast pair --slice kind
exits 1 'no two rows' -- eval --model "$work/calm" --data data/contrasts.tsv --contrast text
exits 2 'in place of' -- eval --model "$work/calm" --answers data/contrasts.tsv
printf '{"truth":"a","label":"b","scores":{"a":0.4,"b":0.6}}\n{"truth":"b","label":"b","scores":{"a":0.1,"b":0.9}}\n' > "$work/answers.jsonl"
gives '^accuracy 0.5000 ' -- eval --answers "$work/answers.jsonl"
printf '{"truth":"a","label":"c","scores":{"a":0.4,"b":0.6}}\n' > "$work/answers.jsonl"
exits 1 'not like the first' -- eval --answers "$work/answers.jsonl"
one='{"truth":"a","label":"b","scores":{"a":0.25,"b":0.75}}' many='{"truth":["a"],"labels":["b"],"scores":{"a":0.25,"b":0.75}}'
printf '%s\n%s\n' "$one" '{"truth":["b"],"label":"a","scores":{"a":0.25,"b":0.75}}' > "$work/mixed.jsonl"
exits 1 'not like the first' -- eval --answers "$work/mixed.jsonl" # a list, where the first row has one label
printf '%s\n%s\n' "$many" '{"truth":"b","labels":["a"],"scores":{"a":0.25,"b":0.75}}' > "$work/mixed.jsonl"
exits 1 'not like the first' -- eval --answers "$work/mixed.jsonl"

# a yardstick beside a transformer
run train --train data/books/simcheong.tsv --limit 60 --test data/books/heungbu.tsv --baseline --preset tiny --tokenizer tests/golden/sp/unigram.model --epochs 1 --lr 1e-3 --out "$work/run" --quiet --allow-unknown
if [ "$status" -eq 0 ]; then
	check 'the baseline has a line' grep -qE '^baseline \(character n-grams\): accuracy 0\.[0-9]+ macro F1 0\.[0-9]+$' "$work/.out"
	check 'and stands in metrics.json' grep -q '^"baseline":{' "$work/run/metrics.json"
	check 'and in the report' grep -q '^baseline (character' "$work/run/report.txt"
else
	bad 'a run with a baseline'
fi

# committees
exits 0 '' -- ensemble --model "$work/one" --model "$work/hashed" --weights .7,.3 --save "$work/both"
gives 'weight 0.7000' -- inspect "$work/both"
gives '"label":' -- predict --model "$work/both" --logits data/books/heungbu.txt
gives 'accuracy' -- eval --model "$work/both" --data data/books/heungbu.tsv
gives '울었' -- explain --model "$work/both" --text '흥부는 울었습니다.'
gives 'weights sha256' -- fingerprint "$work/both"
exits 2 'holds a model already' -- ensemble --model "$work/one" --model "$work/hashed" --save "$work/both"
exits 2 'holds a model already' -- ensemble --model "$work/one" --model "$work/hashed" --overwrite --save "$work/one"
exits 0 '' -- ensemble --model "$work/both" --model "$work/one" --weights fit --data data/books/kongjwi.tsv --save "$work/nested"
gives '"label":' -- predict --model "$work/nested" data/books/heungbu.txt
exits 2 'there are 2 models' -- ensemble --model "$work/one" --model "$work/hashed" --weights .7 --save "$work/other"
exits 2 'give --data' -- ensemble --model "$work/one" --model "$work/hashed" --weights fit --save "$work/other"
# a committee is answered as the ensemble of the same weights
"$NUNCHI" ensemble --model "$work/one" --model "$work/hashed" --weights .7,.3 data/books/heungbu.txt | sed 's/,"score".*//' > "$work/votes.txt"
"$NUNCHI" predict --model "$work/both" data/books/heungbu.txt | sed 's/,"score".*//' > "$work/committee.txt"
check 'a committee answers as its members vote' cmp "$work/votes.txt" "$work/committee.txt"
# hostile configurations
mkdir "$work/evil" && printf '{"model_type":"nunchi-committee","members":[{"folder":"../one","weight":1}]}' > "$work/evil/config.json"
exits 1 'no "folder" within this one' -- predict --model "$work/evil" data/books/heungbu.txt
mkdir "$work/loop" && printf '{"model_type":"nunchi-committee","members":[{"folder":"member-0","weight":1}]}' > "$work/loop/config.json" && ln -s . "$work/loop/member-0"
exits 1 'deep at the most' -- predict --model "$work/loop" data/books/heungbu.txt
printf '{"model_type":"nunchi-committee","members":[{"folder":"member-0","weight":0}]}' > "$work/loop/config.json"
exits 1 'all weights are 0' -- predict --model "$work/loop" data/books/heungbu.txt
finish
