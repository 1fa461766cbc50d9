# What train and pretrain say unasked: the learning rate that they chose, rows that are measured on after they were learned, too few rows, a loss that explodes.
. "$(dirname "$0")/lib.sh"

head -n 161 data/course.tsv > "$work/train.tsv"
sed -n '1p;150,200p' data/course.tsv > "$work/test.tsv" # twelve of them are training rows
sed -n '1p;200,250p' data/course.tsv > "$work/apart.tsv"
cut -f 1 "$work/train.tsv" | tail -n +2 > "$work/texts.txt"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 1500 --bert-specials --out "$work/ko.model"
random="--preset tiny --tokenizer $work/ko.model --epochs 1 --max-len 24"

# says WHAT ERE, silent WHAT ERE: of the last run's standard error
says() { check "$1" grep -Eq -- "$2" "$work/.err"; }
silent() { check "$1" sh -c "! grep -Eq -- '$2' '$work/.err'"; }

# --- the learning rate ---
exits 0 '' -- train --train "$work/train.tsv" $random --warmup 0 --out "$work/model"
says "random weights" '^nunchi: learning rate 0.001 \(--lr gives another\)$'
check "and it is used" grep -q '"step":1,"epoch":1,"lr":0.001,' "$work/model/log.jsonl"
exits 0 '' -- train --train "$work/train.tsv" --init "$work/model" --epochs 1 --warmup 0 --out "$work/tuned"
says "a model that knows something" '^nunchi: learning rate 5e-05 '
check "and it is used there" grep -Eq '"step":1,"epoch":1,"lr":5[.0-9]*e-05,' "$work/tuned/log.jsonl"
exits 0 '' -- train --train "$work/train.tsv" $random --lr 1e-3 --out "$work/given"
silent "a rate that was given is not told" 'learning rate'
exits 0 '' -- pretrain --corpus "$work/texts.txt" --preset tiny --layers 1 --tokenizer "$work/ko.model" --epochs 1 --max-len 24 --out "$work/words"
says "pretraining" '^nunchi: learning rate 0.001 '

# --- rows that are learned and measured on ---
exits 0 '' -- train --train "$work/train.tsv" $random --test "$work/test.tsv" --out "$work/leak"
says "test rows among the training rows" '^nunchi: warning: 12 of 51 test rows are among the training rows, too'
exits 0 '' -- train --train "$work/train.tsv" $random --test "$work/apart.tsv" --valid "$work/test.tsv" --out "$work/leak-valid"
says "validation rows" '^nunchi: warning: 12 of 51 validation rows are among'
silent "but no test rows" 'test rows are among'
{ cat "$work/train.tsv"; tail -n +2 "$work/train.tsv"; } > "$work/twice.tsv"
exits 0 '' -- train --train "$work/twice.tsv" $random --test-split 0.2 --out "$work/leak-split"
says "a part of a file in which texts stand twice" '^nunchi: warning: [0-9]+ of 64 test rows are among'
exits 0 '' -- train --train "$work/train.tsv" $random --test-split 0.2 --valid-split 0.2 --out "$work/clean"
silent "nothing where nothing is shared" 'are among the training rows'

# --- few rows ---
silent "102 are enough" "there are only"
exits 0 '' -- train --train "$work/train.tsv" --limit 99 $random --out "$work/few"
says "below a hundred" '^nunchi: warning: there are only 99 training rows'

# --- a loss that explodes ---
exits 0 '' -- train --train "$work/train.tsv" $random --epochs 3 --optimizer sgd --lr 5 --clip 0 --schedule constant --warmup 0 --out "$work/exploded"
says "the loss has grown" '^nunchi: warning: the loss has grown from [12]\.[0-9]+ at the first step to [0-9.e+]+, the mean of epoch 1: --lr 5 is too high'
check "it is told once" test "$(grep -c 'the loss has grown' "$work/.err")" -eq 1
exits 0 '' -- train --train "$work/train.tsv" $random --epochs 3 --lr 1e-3 --out "$work/calm"
silent "and not of a run that learns" 'has grown'
finish
