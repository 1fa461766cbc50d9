# A masked language model from texts, and the classifier that is made of it.
. "$(dirname "$0")/lib.sh"

data=data/course.tsv
cut -f 1 "$data" | sed -n 2,161p > "$work/texts.txt"
head -n 161 "$data" > "$work/train.tsv"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 1500 --bert-specials --out "$work/ko.model"
small="--preset tiny --tokenizer $work/ko.model --epochs 2 --batch 32 --lr 1e-3 --max-len 24 --quiet"
exits 0 '' -- pretrain --corpus "$work/texts.txt" --valid-split 0.1 $small --out "$work/lm"
tail -n 1 "$work/.out" > "$work/hash"
check "the last line is the hash" grep -Eqx 'weights sha256 [0-9a-f]{64}' "$work/hash"
for file in config.json model.safetensors nunchi.json spiece.model tokenizer.json log.jsonl self_test.json; do
	check "the folder has $file" test -s "$work/lm/$file"
done
check "it is a masked language model" grep -q BertForMaskedLM "$work/lm/config.json"
check "the log has steps" test "$(grep -c '"step"' "$work/lm/log.jsonl")" -eq 10
check "and epochs with a validation loss" test "$(grep -c '"valid_loss":[0-9]' "$work/lm/log.jsonl")" -eq 2
exits 0 '' -- pretrain --corpus "$work/train.tsv" --text text --valid-split 0.1 $small --out "$work/column" --threads 3
check "a column has the bits of the lines" sh -c "tail -n 1 '$work/.out' | cmp - '$work/hash'"
exits 0 '' -- pretrain --corpus "$work/texts.txt" --valid-split 0.1 $small --whole-word --out "$work/whole"
check "whole words are other tokens" sh -c "! tail -n 1 '$work/.out' | cmp -s - '$work/hash'"
exits 0 '' -- inspect --verify "$work/lm"
exits 0 '' -- predict --model "$work/lm" --embeddings mean "$work/texts.txt"
exits 1 'encoder without a classifier' -- predict --model "$work/lm" "$work/texts.txt"

# --- going on, and fine-tuning ---
exits 0 '' -- pretrain --corpus "$work/texts.txt" --init "$work/lm" --epochs 1 --batch 32 --lr 1e-4 --quiet --out "$work/more"
check "going on changes it" sh -c "! tail -n 1 '$work/.out' | cmp -s - '$work/hash'"
exits 0 'dropped: the masked-LM head' -- train --train "$work/train.tsv" --init "$work/lm" --epochs 1 --lr 1e-3 --max-len 24 --out "$work/tuned"
exits 0 '' -- predict --model "$work/tuned" "$work/texts.txt"
exits 0 'newly made: cls.predictions' -- pretrain --corpus "$work/texts.txt" --init "$work/tuned" --epochs 1 --out "$work/back"

# --- stopped and resumed ---
exits 0 '' -- pretrain --corpus "$work/texts.txt" --valid-split 0.1 $small --resume --out "$work/nothing"
check "without a checkpoint it starts afresh" sh -c "tail -n 1 '$work/.out' | cmp - '$work/hash'"
"$NUNCHI" pretrain --corpus "$work/texts.txt" --valid-split 0.1 $small --checkpoint-every 1 --out "$work/killed" > /dev/null 2>&1 &
program=$!
tries=0
while [ ! -e "$work/killed/checkpoint/state.json" ] && [ $tries -lt 200 ]; do
	sleep 0.02
	tries=$((tries + 1))
done
kill -9 $program 2> /dev/null
wait $program 2> /dev/null
exits 0 '' -- pretrain --corpus "$work/texts.txt" --valid-split 0.1 $small --checkpoint-every 1 --resume --out "$work/killed"
check "killed and resumed: the same bits" sh -c "tail -n 1 '$work/.out' | cmp - '$work/hash'"
exits 1 'other data or options' -- pretrain --corpus "$work/texts.txt" --valid-split 0.1 $small --mask 0.2 --resume --out "$work/killed"

# --- replaced-token detection ---
rtd="pretrain --corpus $work/texts.txt --valid-split 0.1 --objective rtd"
exits 0 '' -- $rtd $small --out "$work/rtd"
tail -n 1 "$work/.out" > "$work/rtd-hash"
grep -o 'sha256 [0-9a-f]*' "$work/.out" > "$work/rtd-hashes"
check "a hash of the generator, and one of the discriminator" test "$(wc -l < "$work/rtd-hashes")" -eq 2
check "its config is a discriminator's" grep -q ElectraForPreTraining "$work/rtd/config.json"
check "and the generator's a masked language model's" grep -q ElectraForMaskedLM "$work/rtd/generator/config.json"
for file in model.safetensors nunchi.json spiece.model tokenizer.json; do
	check "the generator's folder has $file" test -s "$work/rtd/generator/$file"
done
check "the log has both losses" test "$(grep -c '"mlm_loss":[0-9].*"rtd_loss":[0-9]' "$work/rtd/log.jsonl")" -eq 10
check "and what was measured" test "$(grep -c '"valid_mlm_accuracy":[0-9].*"valid_precision":[0-9].*"valid_recall":[0-9]' "$work/rtd/log.jsonl")" -eq 2
exits 0 '' -- fingerprint "$work/rtd"
check "the last line is the discriminator's hash" cmp "$work/.out" "$work/rtd-hash"
exits 0 '' -- fingerprint "$work/rtd/generator"
check "the line before has the generator's" sh -c "head -n 1 '$work/rtd-hashes' | grep -q \"\$(grep -o '[0-9a-f]\{64\}' '$work/.out')\""
exits 0 '' -- inspect --verify "$work/rtd"
exits 0 'MLM accuracy 0\.[0-9]* RTD accuracy 0\.[0-9]* precision [01]\.[0-9]* recall [01]\.' -- $rtd --preset tiny --tokenizer "$work/ko.model" --epochs 1 \
	--max-len 24 --rtd-weight 10 --generator-size 0.5 --whole-word --out "$work/rtd-other"
exits 0 'dropped: the replaced-token head' -- train --train "$work/train.tsv" --init "$work/rtd" --epochs 1 --lr 1e-3 --max-len 24 --out "$work/rtd-tuned"
exits 0 'newly made: the generator' -- pretrain --corpus "$work/texts.txt" --objective rtd --init "$work/rtd-tuned" --epochs 1 --out "$work/rtd-anew"
exits 0 '' -- pretrain --corpus "$work/texts.txt" --objective rtd --init "$work/rtd" --epochs 1 --lr 1e-4 --quiet --out "$work/rtd-more"
exits 0 '' -- pretrain --corpus "$work/texts.txt" --init "$work/rtd/generator" --epochs 1 --quiet --out "$work/rtd-generator"
"$NUNCHI" $rtd $small --checkpoint-every 1 --out "$work/rtd-killed" > /dev/null 2>&1 &
program=$!
tries=0
while [ ! -e "$work/rtd-killed/checkpoint/state.json" ] && [ $tries -lt 200 ]; do
	sleep 0.02
	tries=$((tries + 1))
done
kill -9 $program 2> /dev/null
wait $program 2> /dev/null
exits 1 'other data or options' -- $rtd $small --rtd-weight 20 --resume --out "$work/rtd-killed"
exits 0 '' -- $rtd $small --threads 2 --checkpoint-every 1 --resume --out "$work/rtd-killed"
check "killed and resumed: the bits of both" sh -c "grep -o 'sha256 [0-9a-f]*' '$work/.out' | cmp - '$work/rtd-hashes'"
exits 2 'for --objective rtd' -- pretrain --corpus "$work/texts.txt" $small --rtd-weight 20 --out "$work/no"
exits 2 '64 wide already' -- pretrain --corpus "$work/texts.txt" --objective rtd --init "$work/rtd-other" --generator-size 0.25 --out "$work/no"
exits 1 'needs an ELECTRA' -- pretrain --corpus "$work/texts.txt" --objective rtd --init "$work/lm" --out "$work/no"

# --- other measures than a preset's ---
shape="--preset tiny --layers 3 --hidden 96 --embedding 32 --tokenizer $work/ko.model --epochs 1 --max-len 24 --quiet"
exits 0 '' -- pretrain --corpus "$work/texts.txt" $shape --out "$work/shape"
check "narrow embeddings make an ELECTRA" grep -q ElectraForMaskedLM "$work/shape/config.json"
exits 0 '' -- inspect "$work/shape"
check "with these measures" grep -q '3 layers of 96, 3 heads, feed-forward 384' "$work/.out"
check "and narrow embeddings" grep -q '2 token types, 32 wide' "$work/.out"
check "and the head that it has" grep -q 'head .*what hidden tokens were' "$work/.out"
exits 0 '' -- inspect --tensors=no "$work/rtd"
check "as a discriminator has its own" grep -q 'head .*which tokens were replaced' "$work/.out"
exits 0 '' -- train --train "$work/train.tsv" $shape --heads 4 --out "$work/shape-classifier"
check "of a classifier, too" grep -q ElectraForSequenceClassification "$work/shape-classifier/config.json"
exits 2 'no multiple of 32' -- train --train "$work/train.tsv" --preset tiny --hidden 100 --tokenizer "$work/ko.model" --out "$work/no"
exits 2 'cannot be divided' -- train --train "$work/train.tsv" --preset tiny --heads 3 --tokenizer "$work/ko.model" --out "$work/no"
exits 2 'has its measures' -- train --train "$work/train.tsv" --init "$work/lm" --layers 3 --out "$work/no"

# --- many corpora ---
head -n 60 "$work/texts.txt" > "$work/first.txt"
tail -n +41 "$work/texts.txt" > "$work/second.txt" # 20 of them are in the first, too
both="--preset tiny --tokenizer $work/ko.model --epochs 2 --batch 16 --lr 1e-3 --max-len 24"
exits 0 '' -- pretrain --corpus "$work/first.txt" --corpus "$work/second.txt" $both --quiet --out "$work/both"
tail -n 1 "$work/.out" > "$work/hash"
exits 0 'second.txt: 120 texts, 20 of them repeat earlier ones \(--drop-duplicates drops them\)' -- pretrain --corpus "$work/first.txt*1" --corpus "$work/second.txt*1" $both --out "$work/ones"
check "once is once" sh -c "tail -n 1 '$work/.out' | cmp - '$work/hash'"
exits 0 '' -- pretrain --corpus "$work/first.txt" --corpus "$work/second.txt" $both --drop-duplicates --quiet --out "$work/dropped"
tail -n 1 "$work/.out" > "$work/hash"
exits 0 '' -- pretrain --corpus "$work/texts.txt" $both --quiet --out "$work/distinct"
check "without duplicates it is the file that both were cut from" sh -c "tail -n 1 '$work/.out' | cmp - '$work/hash'"
exits 0 'first.txt: 60 texts; an epoch sees each 2.5 times' -- pretrain --corpus "$work/first.txt*2.5" --corpus "$work/second.txt*.5" $both --threads 1 --out "$work/weights"
tail -n 1 "$work/.out" > "$work/hash"
check "steps of 60 · 2.5 + 120 · .5 texts an epoch" test "$(grep -c '"step"' "$work/weights/log.jsonl")" -eq 28
exits 0 'the time is up at step 1 of 28' -- pretrain --corpus "$work/first.txt*2.5" --corpus "$work/second.txt*.5" $both --threads 2 --isa scalar --max-hours 1e-9 --out "$work/paused"
exits 1 'part 2 of the rows, of which an epoch sees' -- pretrain --corpus "$work/first.txt*2.5" --corpus "$work/second.txt*.48" $both --quiet --resume --out "$work/paused"
exits 0 'resumed at step 1' -- pretrain --corpus "$work/first.txt*2.5" --corpus "$work/second.txt*.5" $both --threads 3 --resume --out "$work/paused"
check "weights: one hash over threads, instruction sets and a pause" sh -c "tail -n 1 '$work/.out' | cmp - '$work/hash'"
exits 2 'first.txt\*x: behind the \* stands how many times' -- pretrain --corpus "$work/first.txt*x" $both --out "$work/no"

# --- wrong calls ---
exits 2 'needs --corpus' -- pretrain $small --out "$work/no"
exits 2 '--init' -- pretrain --corpus "$work/texts.txt" --out "$work/no"
exits 2 '--tokenizer' -- pretrain --corpus "$work/texts.txt" --preset tiny --out "$work/no"
exits 1 'absent' -- pretrain --corpus "$work/absent" $small --out "$work/no"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 1500 --out "$work/bare.model"
exits 1 'no \[MASK\]' -- pretrain --corpus "$work/texts.txt" --preset tiny --tokenizer "$work/bare.model" --out "$work/no"
finish
