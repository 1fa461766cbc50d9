# Going on with a model folder: what is frozen, layer-wise learning rates, and what the folder says about it.
. "$(dirname "$0")/lib.sh"

data=data/emotions.tsv
head -n 121 "$data" > "$work/train.tsv"
small="--epochs 1 --batch 32 --lr 1e-3 --max-len 24 --quiet"
exits 0 '' -- tokenizer train --quiet --input "$data" --vocab-size 2000 --bert-specials --out "$work/ko.model"
exits 0 '' -- train --train "$work/train.tsv" --preset tiny --tokenizer "$work/ko.model" $small --out "$work/first"

# --- freezing ---
exits 0 '' -- train --train "$work/train.tsv" --init "$work/first" $small --freeze embeddings,0 --layer-decay 0.9 --out "$work/tuned"
check "nunchi.json says what was frozen" grep -q '"freeze": "embeddings,0"' "$work/tuned/nunchi.json"
check "and the decay" grep -q '"layer_decay": 0.9' "$work/tuned/nunchi.json"
for decay in 0.9 0.8; do
	exits 0 '' -- train --train "$work/train.tsv" --init "$work/first" $small --layer-decay $decay --out "$work/decay-$decay"
	"$NUNCHI" fingerprint "$work/decay-$decay" > "$work/decay-$decay.sha"
done
check "another decay is another model" test "$(cat "$work"/decay-*.sha | sort -u | grep -c '')" -eq 2
exits 1 'other data or options' -- train --train "$work/train.tsv" --init "$work/first" $small --freeze embeddings,1 --layer-decay 0.9 --resume --out "$work/tuned"
exits 2 'from 0 to 1' -- train --train "$work/train.tsv" --init "$work/first" $small --freeze 2 --out "$work/no"
exits 2 'name embeddings' -- train --train "$work/train.tsv" --init "$work/first" $small --freeze embedding --out "$work/no"
exits 2 '--layer-decay' -- train --train "$work/train.tsv" --init "$work/first" $small --layer-decay 1.5 --out "$work/no"
check "a wrong call leaves no folder" test ! -e "$work/no"
finish
