# A masked language model from texts, and the classifier that is made of it.
. "$(dirname "$0")/lib.sh"

data=data/emotions.tsv
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

# --- wrong calls ---
exits 2 'needs --corpus' -- pretrain $small --out "$work/no"
exits 2 '--init' -- pretrain --corpus "$work/texts.txt" --out "$work/no"
exits 2 '--tokenizer' -- pretrain --corpus "$work/texts.txt" --preset tiny --out "$work/no"
exits 1 'absent' -- pretrain --corpus "$work/absent" $small --out "$work/no"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 1500 --out "$work/bare.model"
exits 1 'no \[MASK\]' -- pretrain --corpus "$work/texts.txt" --preset tiny --tokenizer "$work/bare.model" --out "$work/no"
finish
