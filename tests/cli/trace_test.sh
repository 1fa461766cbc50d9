# trace_test.sh - nunchi trace: what it prints, what it refuses.
. "$(dirname "$0")/lib.sh"

"$NUNCHI" tokenizer train --quiet --vocab-size 1500 --bert-specials --input data/course.tsv --out "$work/v.spiece" || exit 1
"$NUNCHI" train --quiet --train data/course.tsv --limit 60 --preset tiny --tokenizer "$work/v.spiece" --epochs 1 --lr 1e-3 --out "$work/m" > /dev/null || exit 1
label=슬픔

exits 0 '' -- trace --model "$work/m" --text '비가 와서 슬프다' --label $label --format json
cp "$work/.out" "$work/trace.json"
check 'the steps are those of the contract, in their order' sh -c "
	grep -o '\"name\":\"[a-z0-9_.]*\",\"shape\":[^]]*],\"formula\"' '$work/trace.json' | cut -d'\"' -f4 | grep -v '^bert\.' > '$work/names'
	{ echo embeddings.sum; echo embeddings.norm
	for l in 0 1; do for s in query key value scores attention context mixed attended up activated down output; do echo layer.\$l.\$s; done; done
	for s in pooled logits probabilities loss; do echo \$s; done; } | cmp - '$work/names'"
check 'it is one object in one line' sh -c "[ \$(grep -c '^{\"text\":.*}\$' '$work/trace.json') = 1 ] && [ \$(grep -c '' '$work/trace.json') = 1 ]"
check 'every step has a gradient' sh -c "[ \$(grep -o '\"grad\":\\[' '$work/trace.json' | grep -c '') = 30 ]"
echo '비가 와서 슬프다' > "$work/line"
check 'the logits are those of predict, to the digit' sh -c "
	'$NUNCHI' predict --model '$work/m' --logits --quiet '$work/line' | grep -o '\"logits\":\\[[^]]*]' | cut -d[ -f2 > '$work/a'
	grep -o '\"name\":\"logits\".*' '$work/trace.json' | grep -o '\"values\":\\[[^]]*]' | head -n 1 | cut -d[ -f2 > '$work/b'; cmp '$work/a' '$work/b'"

exits 0 '' -- trace --model "$work/m" --text '비가 와서 슬프다' --step 'layer.1.q*'
check '--step shows one, without a gradient where there is no label' sh -c "grep -q '^layer.1.query (' '$work/.out' && [ \$(grep -c '^layer' '$work/.out') = 1 ] && ! grep -q grad '$work/.out'"
exits 0 '' -- trace --model "$work/m" --compare '비가 온다' '눈이 온다'
check 'two sentences differ where the model sees words' grep -q '^layer.1.output .* the first row\|^layer.1.output .* all' "$work/.out"
exits 0 '' -- trace --compare "$work/m" "$work/m" --text '비가 온다'
check 'a model is like itself' sh -c "[ \$(grep -c ' 1.000000 ' '$work/.out') = 29 ]"

exits 0 '' -- trace --model "$work/m" --text '비 </script><b>& "눈"' --label $label --html "$work/page.html" --step loss
check 'the page holds no foreign markup and no address' sh -c "! grep -q '<b>' '$work/page.html' && ! grep -qE 'https?:|src=|href=|@import|url[(]' '$work/page.html' &&
	[ \$(grep -o '</script>' '$work/page.html' | grep -c '') = 2 ] && grep -q \"default-src 'none'\" '$work/page.html'"
check 'it follows the locale' sh -c "LC_ALL=ko_KR.UTF-8 '$NUNCHI' trace --quiet --model '$work/m' --text '비' --html '$work/ko.html' > /dev/null && grep -q 'html lang=\"ko\"' '$work/ko.html' && grep -q '모든 헤드의 어텐션' '$work/ko.html'"
"$NUNCHI" train --quiet --init "$work/m" --train data/course.tsv --limit 60 --valid-split .5 --calibrate --epochs 1 --lr 1e-3 --out "$work/tempered" > /dev/null 2>&1
"$NUNCHI" trace --quiet --model "$work/tempered" --text '비' --html "$work/tempered.html" > /dev/null
check 'the page of a calibrated model knows its temperature, that it may compute the probabilities anew' sh -c "
	grep -q '\"softmax\":true,\"temperature\":1,' '$work/page.html' &&
	[ \"\$(sed -n 's/.*\"temperatures\": \[\(.*\)\].*/\1/p' '$work/tempered/nunchi.json')\" = \"\$(sed -n 's/.*\"softmax\":true,\"temperature\":\([^,]*\),.*/\1/p' '$work/tempered.html')\" ]"
if command -v node > /dev/null 2>&1; then
	check 'its script can be read' sh -c "node --check src/apps/trace_page.js"
else
	skip 'no node: the syntax of the script of the page'
fi

exits 0 '' -- gradcheck --model "$work/m" --text '비가 와서 슬프다' --label $label
check 'gradcheck: all are OK' sh -c "grep -q '^41 of 41 tensors OK\$' '$work/.out' && [ \$(grep -c ' OK\$' '$work/.out') = 42 ]"
exits 0 '' -- gradcheck --model "$work/m" --text '비가 와서 슬프다' --label $label --json --samples 2
check 'gradcheck --json: each tensor with its samples' sh -c "grep -q '^{\"ok\":true,' '$work/.out' && [ \$(grep -o '\"elements\":\[[0-9]*,[0-9]*\]' '$work/.out' | grep -c '') = 41 ]"
exits 0 '' -- trace --model "$work/m" --text '비가 와서 슬프다' --label $label --step loss --graph "$work/tape.svg"
check 'the tape is drawn: six values, three ops' sh -c "for w in 'pooled (128)' 'W (7, 128)' 'b (7)' 'logits (7)' 'probabilities (7)' 'loss (1)' '>linear<' '>softmax<'; do
	grep -q \"\$w\" '$work/tape.svg' || exit 1; done; grep -q '</svg>' '$work/tape.svg'"
exits 2 'of which --label' -- trace --model "$work/m" --text '비' --graph "$work/none.svg"
exits 2 'needs --label' -- gradcheck --model "$work/m" --text '비'

exits 2 'did you mean layer.1.query' -- trace --model "$work/m" --text '비' --step layer.1.qeury
exits 2 "did you mean 슬픔" -- trace --model "$work/m" --text '비' --label 슬품
exits 2 'needs --text' -- trace --model "$work/m"
exits 2 'takes two models and --text, or two sentences' -- trace --model "$work/m" --compare '비'
exits 2 "is no model's folder" -- trace --compare "$work/m" "$work" --text '비'
long=$(printf '비가 와서 %.0s' $(seq 400))
exits 1 'the model reads' -- trace --model "$work/m" --text "$long"
"$NUNCHI" train --quiet --train data/course.tsv --limit 60 --preset ngram --out "$work/n" > /dev/null
exits 2 'is no transformer' -- trace --model "$work/n" --text '비'
finish
