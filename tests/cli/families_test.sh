# Models of other families than BERT, begun with random weights: trained, stopped, gone on with, asked. And what an optimizer's row decides.
. "$(dirname "$0")/lib.sh"

head -n 121 data/course.tsv > "$work/train.tsv"
cut -f 1 "$work/train.tsv" | sed -n 2,61p > "$work/texts.txt"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 1500 --bert-specials --out "$work/ko.model"
small="--preset tiny --layers 2 --hidden 64 --tokenizer $work/ko.model --batch 16 --lr 1e-3 --max-len 24 --quiet"
hash_of() { tail -n 1 "$work/.out"; }

for family in modernbert deberta-v2; do
	train="train --train $work/train.tsv --valid-split 0.2 $small --family $family"
	exits 0 '' -- $train --epochs 2 --out "$work/$family"
	whole=$(hash_of)
	check "$family: config.json says so" grep -q "\"model_type\": \"$family\"" "$work/$family/config.json"
	exits 0 '' -- $train --epochs 2 --max-hours 1e-9 --out "$work/$family-cut"
	exits 0 '' -- $train --epochs 2 --resume --out "$work/$family-cut"
	check "$family: stopped and gone on with, the same bits" test "$(hash_of)" = "$whole"
	exits 0 '' -- predict --model "$work/$family" "$work/texts.txt"
	check "$family: an answer a line" test "$(grep -c '"label"' "$work/.out")" -eq 60
	exits 0 '' -- inspect --verify "$work/$family"
	exits 0 '' -- pretrain --corpus "$work/texts.txt" $small --family $family --epochs 1 --out "$work/$family-lm"
	exits 0 '' -- train --train "$work/train.tsv" --init "$work/$family-lm" --epochs 1 --batch 16 --max-len 24 --quiet --out "$work/$family-tuned"
	exits 2 '--family: .*--init' -- train --train "$work/train.tsv" --init "$work/$family-lm" --family $family --out "$work/no"
	exits 2 '--objective rtd trains an ELECTRA' -- pretrain --objective rtd --corpus "$work/texts.txt" $small --family $family --out "$work/no"
done
exits 2 '--embedding 32: a ModernBERT' -- train --train "$work/train.tsv" $small --family modernbert --embedding 32 --out "$work/no"

# --- Lion's second beta is that of its paper, Adam's its own ---
one="train --train $work/train.tsv $small --layers 1 --epochs 1 --overwrite --out $work/lion"
exits 0 '' -- $one --optimizer lion
plain=$(hash_of)
exits 0 '' -- $one --optimizer lion --beta2 0.99
check "lion: .99 is what nobody has to say" test "$(hash_of)" = "$plain"
exits 0 '' -- $one --optimizer lion --beta2 0.999
check "lion: another one is another run" test "$(hash_of)" != "$plain"
finish
