# tag_test.sh - `nunchi tag`: formats, folders, smoothing, pages, and programs that wait for their answers.
. "$(dirname "$0")/lib.sh"

head -n 200 data/course.tsv > "$work/few.tsv"
run tokenizer train --vocab-size 1000 --bert-specials --input "$work/few.tsv" --out "$work/vocabulary.spiece"
run train --train "$work/few.tsv" --preset tiny --tokenizer "$work/vocabulary.spiece" --epochs 1 --batch 32 --lr 1e-3 --seed 5 --out "$work/model" --quiet
[ "$status" -eq 0 ] || bad 'a small model is trained'
model=$work/model

mkdir "$work/books"
printf '옛날에 토끼가 살았다. "나랑 놀자!" 토끼가 말했다.\n\n거북은 웃었어요 그리고 같이 갔어요\n' > "$work/books/one.txt"
printf '<script>alert(1)</script> 둘째 책이다. & 끝.\n' > "$work/books/two.txt"

# --- lines ---
run tag --model "$model" "$work/books/one.txt"
check 'five sentences and an arc' sh -c "[ \$(grep -c '\"number\"' '$work/.out') = 5 ] && tail -n 1 '$work/.out' | grep -q '^{\"arc\":{\"sentences\":5,\"window\":5,'"
check 'dialogue is told from narration' sh -c "[ \"\$(sed -n '2p' '$work/.out' | grep -o '\"kind\":\"[a-z]*\"')\" = '\"kind\":\"speech\"' ] && [ \$(grep -c narration '$work/.out') = 4 ]"
check 'the second paragraph is known' sh -c "sed -n '4p' '$work/.out' | grep -q '\"number\":4,\"paragraph\":2,'"
cp "$work/.out" "$work/one.jsonl"
input=$work/books/one.txt run tag --model "$model"
check 'standard input gives the same' cmp "$work/.out" "$work/one.jsonl"
run tag --model "$model" --threads 1 "$work/books/one.txt"
check 'one thread gives the same' cmp "$work/.out" "$work/one.jsonl"

# the answers are those of predict
printf '옛날에 토끼가 살았다.\n"나랑 놀자!"\n토끼가 말했다.\n거북은 웃었어요\n그리고 같이 갔어요\n' > "$work/lines"
run predict --model "$model" "$work/lines"
sed 's/.*"label"/"label"/' "$work/.out" > "$work/want"
grep '"number"' "$work/one.jsonl" | sed 's/.*"label"/"label"/' > "$work/found"
check 'tag and predict say the same' cmp "$work/want" "$work/found"

run tag --model "$model" --format tsv "$work/books/one.txt"
check 'a table has a head, a row a sentence, and the arc' sh -c "head -n 1 '$work/.out' | grep -q '^number	paragraph	kind	label	score	.*	text\$' &&
	[ \$(awk -F '\t' 'NF == 13' '$work/.out' | wc -l) = 6 ] && [ \$(sed '1,/^\$/d' '$work/.out' | wc -l) = 6 ]"
run tag --model "$model" --format cue --rate 5 "$work/books/one.txt"
check 'a cue sheet' sh -c "sed -n '1,3p' '$work/.out' | tr '\n' '|' | grep -qE '^1\|00:00:00,000 --> 00:00:01,800\|\[[^]]* 0\.[0-9]+\] 옛날에 토끼가 살았다\.\|\$'"
check 'speech is marked in it' sh -c "grep -q ', speech\] \"나랑 놀자' '$work/.out'"
: > "$work/empty.txt"
run tag --model "$model" --html "$work/empty.html" "$work/empty.txt"
check 'an empty book has an arc of nothing' sh -c "[ \$(grep -c '' '$work/.out') = 1 ] && grep -q '\"sentences\":0' '$work/.out' && grep -q '</html>' '$work/empty.html'"

# --- pages ---
run tag --model "$model" --html "$work/page.html" --title 'A & <B>' "$work/books/two.txt"
check 'what a book says is no markup' sh -c "! grep -q '<script' '$work/page.html' && grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' '$work/page.html' && grep -q '<title>A &amp; &lt;B&gt;</title>' '$work/page.html'"
run tag --model "$model" --html "$work/pages" "$work/books"
check 'a folder gives a page for each book' sh -c "[ -s '$work/pages/one.html' ] && [ -s '$work/pages/two.html' ]"
check 'and lines that name it' sh -c "[ \$(grep -c '^{\"book\":\"one.txt\",' '$work/.out') = 5 ] && [ \$(grep -c '^{\"arc\":{\"book\":\"two.txt\"' '$work/.out') = 1 ]"
printf '한 문장.\n' > "$work/books/<script>x<& .txt"
run tag --model "$model" --html "$work/pages" "$work/books"
check 'nor is its name' sh -c "grep -q '<title>&lt;script&gt;x&lt;&amp; </title>' '$work/pages/<script>x<& .html' && ! grep -q '<script' '$work/pages/<script>x<& .html'"
rm "$work/books/<script>x<& .txt"
check 'a page loads nothing' sh -c "! grep -qE 'src=|href=|url\(|@import' '$work/pages/one.html'"
head -c 20000 /dev/urandom > "$work/noise"
exits 1 'noise:[0-9]+: ' -- tag --model "$model" --html "$work/noise.html" --encoding utf-8 "$work/noise"
mkdir "$work/none"
exits 1 'no book' -- tag --model "$model" "$work/none"
exits 2 'one book' -- tag --model "$model" --format cue "$work/books"
exits 1 'o such file' -- tag --model "$model" "$work/absent.txt"

# --- smoothing ---
exits 1 'smooth-train' -- tag --model "$model" --smooth "$work/books/one.txt"
exits 0 '' -- tag --model "$model" --smooth-train data/books/heungbu.tsv --smooth-train data/books/simcheong.tsv
check 'transitions are kept with the model' grep -q '"sentences":321' "$model/transitions.json"
run tag --model "$model" --smooth "$work/books/one.txt"
check 'a smoothed sentence tells its plain label too' sh -c "[ \$(grep -c '\"plain\":' '$work/.out') = 5 ]"
printf 'text\tlabel\n가자\t기쁨\n오자\t슬픔\n' > "$work/other.tsv"
exits 1 '기쁨.*relabel' -- tag --model "$model" --smooth-train "$work/other.tsv"
exits 0 '' -- tag --model "$model" --smooth-train "$work/other.tsv" --relabel 기쁨=행복 --transitions "$work/t.json"
printf '{"labels":["x"],"first":[1],"following":[[1]]}' > "$work/t.json"
exits 1 'count them again' -- tag --model "$model" --transitions "$work/t.json" "$work/books/one.txt"

# --- a filter that keeps its model hot: an answer comes before the next question is asked ---
ask() { # command, question, what the answer must match
	mkfifo "$work/to" "$work/from" 2> /dev/null
	(timeout 60 "$NUNCHI" $1 --model "$model" --input jsonl --quiet < "$work/to" > "$work/from") &
	exec 3> "$work/to" 4< "$work/from"
	for turn in 1 2 3; do
		printf '%s\n' "$2" >&3
		answer=
		IFS= read -r answer <&4
		if printf '%s' "$answer" | grep -q "$3"; then good; else : > "$work/.err"; printf '%s\n' "$answer" > "$work/.out"; bad "$1 answers line $turn while its input stays open"; fi
	done
	exec 3>&- 4<&-
	wait
	rm -f "$work/to" "$work/from"
}
ask tag '{"id":7,"text":"비가 온다. 우산이 없다."}' '^{"id":7,"text":"비가 온다. 우산이 없다.","sentences":\[{"number":1.*{"number":2.*\],"arc":{"sentences":2'
ask predict '{"id":7,"text":"비가 온다."}' '^{"text":"비가 온다.","label":'
printf '{"no":1}\n' > "$work/bad.jsonl"
exits 1 'bad.jsonl:1: ' -- tag --model "$model" --input jsonl "$work/bad.jsonl"
printf '{}\n' > "$work/bad.jsonl"
exits 1 'text' -- tag --model "$model" --input jsonl "$work/bad.jsonl"
exits 2 'go with' -- tag --model "$model" --input jsonl --html x.html "$work/bad.jsonl"
finish
