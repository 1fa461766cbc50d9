# convert_test.sh - nunchi convert: formats and types there and back, the folder's other files, wrong calls.
. "$(dirname "$0")/lib.sh"

from=$work/from
mkdir "$from"
cp tests/golden/torch_zip.bin "$from/pytorch_model.bin"
printf '{"model_type":"bert"}\n' > "$from/config.json"
printf 'vocabulary\n' > "$from/vocab.txt"

# there 'what' FILE -- arguments...: the conversion succeeds quietly and FILE exists
there() {
	what=$1 file=$2
	shift 3
	run convert "$@"
	if [ "$status" -eq 0 ] && [ ! -s "$work/.out" ] && [ ! -s "$work/.err" ] && [ -s "$file" ]; then good; else bad "$what"; fi
}
same() { if cmp -s "$1" "$2"; then good; else bad "$1 and $2 differ"; fi; }

there 'torch to safetensors' "$work/safe/model.safetensors" -- --from "$from" --to "$work/safe"
same "$from/config.json" "$work/safe/config.json"
same "$from/vocab.txt" "$work/safe/vocab.txt"
if [ -e "$work/safe/pytorch_model.bin" ]; then bad 'the old weights stay behind'; else good; fi
there 'and back' "$work/torch/pytorch_model.bin" -- --from "$work/safe" --to "$work/torch" --format torch
there 'and back again' "$work/again/model.safetensors" -- --from "$work/torch" --to "$work/again"
same "$work/safe/model.safetensors" "$work/again/model.safetensors"
# what fits in the narrower type comes back exactly
there 'bfloat16' "$work/brain/model.safetensors" -- --from "$work/safe" --to "$work/brain" --type bf16
there 'and wide again' "$work/wide/model.safetensors" -- --from "$work/brain" --to "$work/wide"
same "$work/safe/model.safetensors" "$work/wide/model.safetensors"
there 'float16 as torch' "$work/half/pytorch_model.bin" -- --from "$work/safe" --to "$work/half" --type=f16 --format=torch
if [ "$(wc -c < "$work/brain/model.safetensors")" -lt "$(wc -c < "$work/safe/model.safetensors")" ]; then good; else bad 'bfloat16 is smaller'; fi

# a tokenizer that is a SentencePiece model alone gets what transformers reads, as train writes it; one that has it already, or none that can be read, stays
mkdir "$work/alone"
cp "$work/safe/model.safetensors" "$work/safe/config.json" "$work/alone"
cp tests/golden/sp/unigram.model "$work/alone/spiece.model"
there 'a SentencePiece model alone' "$work/both/tokenizer.json" -- --from "$work/alone" --to "$work/both"
same "$work/alone/spiece.model" "$work/both/spiece.model"
check 'and says how it is to be read' test -s "$work/both/tokenizer_config.json"
echo '나는 오늘 정말 행복해요 ㅋㅋ' > "$work/text"
"$NUNCHI" tokenize --tokenizer "$work/both/tokenizer.json" --pieces "$work/text" > "$work/one"
"$NUNCHI" tokenize --tokenizer "$work/alone/spiece.model" --pieces "$work/text" > "$work/two"
same "$work/one" "$work/two"
there 'the same again' "$work/third/tokenizer.json" -- --from "$work/both" --to "$work/third"
same "$work/both/tokenizer.json" "$work/third/tokenizer.json"
same "$work/both/tokenizer_config.json" "$work/third/tokenizer_config.json"
check 'where none can be read, none is made' sh -c "! [ -e '$work/safe/tokenizer.json' ] && ! [ -e '$work/safe/tokenizer_config.json' ]"

exits 2 '--from' -- convert --to "$work/x"
exits 2 'same folder' -- convert --from "$from" --to "$from/."
exits 1 'no model.safetensors' -- convert --from "$work" --to "$work/x"
exits 1 'no such folder' -- convert --from "$work/none" --to "$work/x"
exits 2 'f64' -- convert --from "$from" --to "$work/x" --type f64
head -c 3000 tests/golden/torch_zip.bin > "$from/pytorch_model.bin"
exits 1 'pytorch_model.bin: .*zip' -- convert --from "$from" --to "$work/x"
if [ -e "$work/x" ]; then bad 'nothing is written before the weights are read'; else good; fi
finish
