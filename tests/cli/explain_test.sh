# explain_test.sh - `nunchi explain`: effects for people and for programs, maps, a page.
. "$(dirname "$0")/lib.sh"

head -n 200 data/course.tsv > "$work/few.tsv"
run tokenizer train --vocab-size 1000 --bert-specials --input "$work/few.tsv" --out "$work/vocabulary.spiece"
run train --train "$work/few.tsv" --preset tiny --tokenizer "$work/vocabulary.spiece" --epochs 1 --batch 64 --lr 1e-3 --seed 5 --out "$work/model" --quiet
[ "$status" -eq 0 ] || bad 'a small model is trained'
model=$work/model

run explain --model "$model" --by word --text '비가 와서 슬프다'
check 'a line for the answer and one for each word' sh -c "[ \$(grep -c '' '$work/.out') = 4 ] && head -n 1 '$work/.out' | grep -qE '^[^ ]+ [0-9.]+ %\$' &&
	[ \$(grep -cE '^ +[+-][0-9]+\.[0-9]{3}  ' '$work/.out') = 3 ]"

# an effect is the difference of two logits that predict gives
printf '비가 와서 슬프다\n비가 슬프다\n' | "$NUNCHI" predict --model "$model" --logits > "$work/logits"
run explain --model "$model" --by word --method delete --text '비가 와서 슬프다' --format json
check 'one object, with the logits of predict' sh -c "[ \$(grep -c '' '$work/.out') = 1 ] &&
	[ \"\$(grep -o '\"logits\":{[^}]*}' '$work/.out' | grep -oE '[-0-9.e]+[,}]' | tr -d '}\n')\" = \"\$(head -n 1 '$work/logits' | sed 's/.*\"logits\":\[\(.*\)\].*/\1/')\" ]"
sed 's/.*"logits":\[\([^,]*\),.*/\1/' "$work/logits" | tr '\n' ' ' > "$work/want"
sed 's/.*"text":"와서"[^{]*{"[^"]*":\([^,]*\),.*/\1/' "$work/.out" >> "$work/want"
check 'an effect is what the logit falls by' awk '{ d = $1 - $2 - $3; exit !($3 != 0 && d < 1e-6 && d > -1e-6) }' "$work/want"
check 'no attention unless asked for' sh -c "! grep -q attention '$work/.out'"
run explain --model "$model" --text '비가 온다' --format json --attention
check 'maps of two layers' grep -qE '"attention":\[\[\[\[[0-9.].*\]\]\]\]\}$' "$work/.out"
cp "$work/.out" "$work/one"
run explain --model "$model" --text '비가 온다' --format json --attention --threads 1
check 'one thread gives the same' cmp "$work/.out" "$work/one"

run explain --model "$model" --text '<script>alert(1)</script> & "슬프다"' --html "$work/page.html"
check 'a text is no markup' sh -c "! grep -q '<script' '$work/page.html' && grep -q '&lt;' '$work/page.html' && grep -q '</html>' '$work/page.html'"
check 'the page loads nothing' sh -c "! grep -qE 'src=|href=|url\(|@import' '$work/page.html'"
# one scale: its sample has the darkest square, and so has the map with the largest value, but not every map
check 'all attention maps have one scale' awk '/class="scale"/ { scales++ } { darkest += gsub(/opacity="1.00"/, "&"); maps += gsub(/<figure/, "&") }
	END { exit !(scales == 1 && maps >= 4 && darkest >= 2 && darkest < 1 + maps) }' "$work/page.html"
exits 0 '' -- explain --model "$model" --text ' ' --html "$work/page.html"
exits 1 'not valid UTF-8' -- explain --model "$model" --text "$(printf 'a\377b\001 \355\240\200')" --format json
run explain --model "$model" --quiet --html "$work/page.html" --by word --text "$(head -n 800 data/course.tsv)"
check 'a text that is too long is cut' sh -c "[ $status -eq 0 ] && ! grep -q '<figure' '$work/page.html'"
run explain --model "$model" --by word --text '비가 와서 슬프다' --format json
check 'the default is mask' grep -q '"method":"mask"' "$work/.out"
for method in gradient integrated attention; do
	exits 0 '' -- explain --model "$model" --by word --method $method --text '비가 와서 슬프다'
	check "$method: a line a word" sh -c "[ \$(grep -cE '^ +[+-][0-9]+\.[0-9]{3}  ' '$work/.out') = 3 ]"
done
run explain --model "$model" --method integrated --text '비가 와서 슬프다' --format json
check 'effects of integrated sum to the difference of the logits' sh -c "grep -o '\"sum\":[-0-9.e]*,\"difference\":[-0-9.e]*' '$work/.out' | tr ',:' '  ' |
	awk '{ d = \$2 - \$4; exit !(d < .005 && d > -.005) }'"
run explain --model "$model" --method table --by word --text '비가 와서 슬프다'
check 'the table has all five' sh -c "grep -q 'mask *delete *gradient *integrated *attention' '$work/.out' && [ \$(grep -c '' '$work/.out') = 6 ]"
run explain --model "$model" --flip --nearest "$work/few.tsv" --text "$(sed -n 2p "$work/few.tsv" | cut -f1)"
check 'the nearest sentence is the sentence itself' sh -c "grep -m 1 '^nearest' '$work/.out' | grep -q '^nearest 1.0000  line 2 '"
check '--flip says what it found' grep -q '^flip: ' "$work/.out"
"$NUNCHI" train --quiet --train "$work/few.tsv" --preset ngram --out "$work/grams" > /dev/null
exits 2 'is no transformer' -- explain --model "$work/grams" --method gradient --text '비'
exits 2 'take one method' -- explain --model "$model" --method table --format json --text '비'
exits 2 'text' -- explain --model "$model"
exits 1 'absent' -- explain --model "$work/absent" --text a
finish
