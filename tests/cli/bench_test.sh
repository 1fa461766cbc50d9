# bench_test.sh - nunchi bench: every kind runs, its JSON holds what it promises, wrong calls are answered in a line.
. "$(dirname "$0")/lib.sh"

# holds 'ERE' -- arguments...: standard output has a line that matches, nothing is on standard error
holds() {
	pattern=$1
	shift 2
	run "$@"
	if [ "$status" -eq 0 ] && [ ! -s "$work/.err" ] && grep -Eq -- "$pattern" "$work/.out"; then
		good
	else
		bad "nunchi $* (exit status $status; stdout: $pattern)"
	fi
}

number='[0-9.e+-]+'
quick='--seconds 0.001'
holds "^\{\"peak_gflops\":$number,\"isa\":\"scalar\",\"threads\":1,\"results\":\[" -- bench gemm --m 3 --n 20 --k 10 --isa scalar --threads 1 --json $quick
holds "\"m\":3,\"n\":20,\"k\":10,\"threads\":2,\"seconds\":$number,\"gflops\":$number,\"share\":$number\}" -- bench gemm --m 3 --n 20 --k 10 --threads 2 --json $quick
if [ "$(grep -c '"what"' < "$work/.out")" -eq 1 ]; then good; else bad 'one shape, one result'; fi
run bench gemm --step all --m 20 --n 40 --k 30 $quick
if [ "$status" -eq 0 ] && [ "$(grep -c '^step [1-7]: ' < "$work/.out")" -eq 7 ]; then good; else bad 'seven steps'; fi
holds '^step 3: vectors +20 +40 +30 +1 ' -- bench gemm --step 3 --m 20 --n 40 --k 30 $quick
holds '^attention, backward +2 +512 +1 ' -- bench attention --threads 1 $quick
holds '^AdamW +[0-9.]+ ' -- bench elements $quick
holds '^train +2 +8 +2 ' -- bench train --preset tiny --batch 2 --length 8 --threads 2 $quick
holds '"what":"predict","sentences":3,"length":8,"threads":1,.*"rate":' -- bench predict --preset tiny --batch 3 --length 8 --threads 1 --json $quick
holds '^X W\^T, int8 +5 +20 +10 +1 ' -- bench gemm --int8 --m 5 --n 20 --k 10 --threads 1 $quick
exits 2 'there are gemm' -- bench gem
exits 2 '--step belongs to' -- bench train --step 3
exits 2 '--step' -- bench gemm --step 8
exits 2 'needs --tokenizer' -- bench tokenize
exits 1 'no such file' -- bench tokenize --tokenizer "$work/none" --data "$work/none"
model=../shared/tokenizers/kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece
if [ -e "$model" ]; then
	printf '안녕하세요\n\n또 만나요\n' > "$work/text"
	holds '^tokenize +3 +1 ' -- bench tokenize --tokenizer "$model" --data "$work/text" --threads 1 $quick
	: > "$work/text"
	exits 1 'no text' -- bench tokenize --tokenizer "$model" --data "$work/text"
else
	skip '../shared is absent'
fi
finish
