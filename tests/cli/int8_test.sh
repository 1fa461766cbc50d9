# int8_test.sh - models in bytes: convert --type int8, --int8, the same answers by every instruction set and in any company, wrong calls.
. "$(dirname "$0")/lib.sh"

gives() { # 'ERE in standard output' -- arguments...
	pattern=$1
	shift 2
	run "$@"
	if [ "$status" -eq 0 ] && grep -Eq -- "$pattern" "$work/.out"; then good; else bad "nunchi $* (exit status $status) gives $pattern"; fi
}
answers() { # FILE arguments...: what predict says of the lines, into FILE
	file=$1
	shift
	run predict --logits "$@" "$work/lines"
	cp "$work/.out" "$file"
}

sed -n '2,41p' data/course.tsv | cut -f 1 > "$work/lines"
run tokenizer train --vocab-size 2000 --bert-specials --input data/course.tsv --out "$work/v.spiece" --quiet
run train --train data/course.tsv --limit 200 --preset tiny --tokenizer "$work/v.spiece" --epochs 2 --lr 1e-3 --out "$work/model" --quiet
check 'a model is trained' [ "$status" -eq 0 ]

run convert --from "$work/model" --to "$work/bytes" --type int8
check 'converted quietly' sh -c "[ $status -eq 0 ] && [ ! -s '$work/.out' ] && [ ! -s '$work/.err' ]"
whole=$(wc -c < "$work/model/model.safetensors") part=$(wc -c < "$work/bytes/model.safetensors")
check "about a quarter ($part of $whole bytes)" [ $((part * 10)) -lt $((whole * 3)) ]
answers "$work/expected" --model "$work/bytes"
check 'forty answers' [ "$(grep -c logits "$work/expected")" -eq 40 ]
answers "$work/float" --model "$work/model"
check 'they are not those of floats' [ -n "$(diff "$work/expected" "$work/float")" ]
for isa in auto scalar avx2 avx512 neon; do
	run predict --isa $isa --model "$work/bytes" "$work/lines"
	[ "$status" -eq 0 ] || continue
	answers "$work/here" --isa $isa --model "$work/bytes" --threads 3 --batch 7
	check "$isa, three threads, batches of 7: the same bits" cmp "$work/here" "$work/expected"
done
answers "$work/here" --model "$work/model" --int8
check '--int8 of the model itself: the same bits' cmp "$work/here" "$work/expected"
head -n 3 "$work/lines" | while IFS= read -r line; do printf '%s\n' "$line" | "$NUNCHI" predict --logits --model "$work/bytes"; done > "$work/here"
check 'a sentence alone: the same bits' sh -c "head -n 3 '$work/expected' | cmp - '$work/here'"
run convert --from "$work/bytes" --to "$work/again" --type int8
check 'bytes from bytes: the same file' cmp "$work/bytes/model.safetensors" "$work/again/model.safetensors"

# every command that answers takes both
gives 'ok:' -- inspect --verify "$work/bytes"
gives 'position_embeddings[.]weight  *I8 ' -- inspect "$work/bytes"
gives 'token_type_embeddings[.]weight  *F32 ' -- inspect "$work/bytes" # two rows, one of them in every token: its rounding would not cancel
gives 'weights sha256' -- fingerprint "$work/bytes"
gives '^accuracy' -- eval --model "$work/bytes" --data data/course.tsv --limit 50 --quiet
cp "$work/.out" "$work/here"
gives '^accuracy' -- eval --model "$work/model" --int8 --data data/course.tsv --limit 50 --quiet
check 'eval says the same of both' cmp "$work/.out" "$work/here"
gives '"kind":' -- tag --int8 --model "$work/model" data/books/patjuk.txt
gives '"score"' -- ensemble --int8 --model "$work/model" --model "$work/bytes" "$work/lines"
gives 'predict, int8' -- bench predict --int8 --preset tiny --seconds 0.001
gives '"effects"' -- explain --model "$work/bytes" --text '정말 무서웠어요' --format json
printf '정말 무서웠어요\n0\n' > "$work/said"
input=$work/said gives '.' -- chat --int8 --model "$work/model"

# and back: floats that the bytes stand for; training goes on from them
run convert --from "$work/bytes" --to "$work/back"
check 'bytes to floats' [ "$status" -eq 0 ]
run inspect "$work/back"
check 'no bytes and no scales are left' sh -c "! grep -E ' I8 |_scale' '$work/.out'"
gives '"label"' -- predict --model "$work/back" "$work/lines"
run train --init "$work/bytes" --train data/course.tsv --limit 20 --epochs 1 --out "$work/on" --quiet
check 'training begins with them' [ "$status" -eq 0 ]

exits 2 'safetensors only' -- convert --from "$work/model" --to "$work/x" --type int8 --format torch
mkdir "$work/bare"
cp "$work/model/model.safetensors" "$work/bare"
exits 1 'config.json' -- convert --from "$work/bare" --to "$work/x" --type int8
run train --preset ngram --train data/course.tsv --limit 200 --out "$work/ngram" --quiet
exits 2 'is no transformer.*leave out' -- predict --int8 --model "$work/ngram" "$work/lines"
exits 2 'is for transformers' -- convert --from "$work/ngram" --to "$work/x" --type int8
check 'nothing was written' [ ! -e "$work/x" ]

# scales that are not those of the bytes, and bytes without any: one line
broken() { # what the scales' name becomes, of the same length
	mkdir -p "$work/broken"
	cp "$work/bytes/"* "$work/broken"
	LC_ALL=C sed "s/word_embeddings.weight_scale/$1/" "$work/bytes/model.safetensors" > "$work/broken/model.safetensors"
}
broken 'word_embeddings.weight_SCALE'
exits 1 'word_embeddings.weight.*whole numbers' -- predict --model "$work/broken" "$work/lines"
finish
