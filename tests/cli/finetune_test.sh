# Going on with a model folder: what is frozen, layer-wise learning rates, and what the folder says about it.
. "$(dirname "$0")/lib.sh"

data=data/course.tsv
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

# --- a model whose labels stand in an order of their own: order and head stay (tests/golden/finetune_check.py holds twenty steps against PyTorch) ---
cp -r "$work/first" "$work/swapped"
sed 's/공포/임시/g; s/혐오/공포/g; s/임시/혐오/g' "$work/first/config.json" > "$work/swapped/config.json"
rm "$work/swapped/self_test.json"
still="--epochs 1 --batch 32 --lr 1e-30 --weight-decay 0 --max-len 24"
exits 0 '' -- train --train "$work/train.tsv" --init "$work/swapped" $still --out "$work/kept"
check "no head is made anew" sh -c "! grep -q 'newly made' '$work/.err'"
check "the labels keep their order" sh -c "grep -A 8 id2label '$work/kept/config.json' > '$work/a' && grep -A 8 id2label '$work/swapped/config.json' | cmp -s - '$work/a'"
check "and the weights" test "$("$NUNCHI" fingerprint "$work/kept")" = "$("$NUNCHI" fingerprint "$work/swapped")"
order=공포,놀람,분노,슬픔,중립,행복,혐오
exits 0 '' -- train --train "$work/train.tsv" --init "$work/swapped" --labels $order $still --out "$work/ordered"
check "labels in an order that was asked for: no new head either" sh -c "! grep -q 'newly made' '$work/.err'"
head -n 20 "$work/train.tsv" | cut -f 1 > "$work/texts"
"$NUNCHI" predict --quiet --model "$work/swapped" --format tsv "$work/texts" > "$work/a"
"$NUNCHI" predict --quiet --model "$work/ordered" --format tsv "$work/texts" > "$work/b"
check "the rows went with the names" sh -c "cut -f 2 '$work/a' > '$work/c' && cut -f 2 '$work/b' | cmp -s - '$work/c'"
exits 0 'newly made' -- train --train "$work/train.tsv" --init "$work/first" --relabel 공포=무서움 $still --out "$work/other"

# --- a model that is named by one of its files, or in the wrong place: the line says what to give ---
exits 1 'model.safetensors: this is a file; a model is a folder: give .*/first$' -- train --train "$work/train.tsv" --init "$work/first/model.safetensors" --out "$work/no"
exits 1 'give .*/first$' -- pretrain --corpus "$work/texts" --init "$work/first/config.json" --out "$work/no"
exits 1 'give .*/first$' -- predict --model "$work/first/model.safetensors" "$work/texts"
exits 1 'give .*/first$' -- convert --from "$work/first/model.safetensors" --to "$work/no"
exits 1 'no such folder' -- train --train "$work/train.tsv" --init "$work/nothing" --out "$work/no"
exits 1 'is no model.s folder' -- train --train "$work/train.tsv" --init "$work" --out "$work/no"
exits 2 'predict --model .*/first' -- predict "$work/first" "$work/texts"
exits 2 'tag --model .*/first' -- tag "$work/first" "$work/texts"
exits 2 'eval --model .*/first' -- eval "$work/first" --data "$work/train.tsv"

check "a wrong call leaves no folder" test ! -e "$work/no"
finish
