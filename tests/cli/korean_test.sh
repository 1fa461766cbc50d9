# korean_test.sh - the course in Korean is the course: docs/ko/ has a page for each of the chapters below, with the commands and outputs of the English
# one to the byte, in their order (docs_test.sh runs them there), and the two pages point at each other.
#
# The texts may differ as languages do. When the blocks of an English page have changed, but not their number:
#   KOREAN_UPDATE=yes sh tests/cli/korean_test.sh     takes them over
. "$(dirname "$0")/lib.sh"

chapters='README small embeddings attention map tokenizing backward training pretraining explaining'

english_page() { # chapter
	if [ "$1" = README ]; then echo README.md; else echo "docs/$1.md"; fi
}

# take_over KOREAN FOLDER: the page with the blocks that were cut into FOLDER in place of its own
take_over() {
	awk -v folder="$2" '
		function copy(name,   line) { while ((getline line < (folder "/" name)) > 0) print line }
		/^```sh run$/ { print; copy(++blocks ".sh"); skipping = sh = 1; after = 0; next }
		/^```text output$/ && blocks && after { print; copy(blocks ".out"); skipping = 1; next }
		/^```$/ && skipping { print; after = sh; skipping = sh = 0; next }
		skipping { next }
		/[^ \t]/ { after = 0 }
		{ print }' "$1"
}

# compare_blocks CHAPTER ENGLISH KOREAN
compare_blocks() {
	here=$work/$1.english there=$work/$1.korean
	mkdir -p "$here" "$there"
	cut_blocks "$2" "$here"
	cut_blocks "$3" "$there"
	if [ "${KOREAN_UPDATE:-no}" = yes ] && cmp -s "$here/count" "$there/count"; then
		take_over "$3" "$here" > "$work/.page" && cat "$work/.page" > "$3"
		rm -rf "$there" && mkdir "$there" && cut_blocks "$3" "$there"
	fi
	if diff -r "$here" "$there" > "$work/.out"; then good; else bad "$3 has other command blocks than $2"; fi
}

# points PAGE LINK: the page has this link
points() {
	if grep -qF "]($2)" "$1"; then good; else bad "$1 does not point at $2"; fi
}

for chapter in $chapters; do
	english=$(english_page "$chapter") korean=docs/ko/$chapter.md
	: > "$work/.out"
	: > "$work/.err"
	if [ ! -f "$korean" ]; then
		bad "there is no $korean"
		continue
	fi
	compare_blocks "$chapter" "$english" "$korean"
	: > "$work/.out"
	case $chapter in
	README) points "$english" "$korean" && points "$korean" "../../$english" ;;
	*) points "$english" "ko/$chapter.md" && points "$korean" "../$chapter.md" ;;
	esac
done

# --- the pages are one book: no page but these and the table of terms, one style (한다체) in all of them, and each is reached from the first one ---
for page in docs/ko/*.md; do
	chapter=$(basename "$page" .md)
	case " $chapters terms " in *" $chapter "*) good ;; *) bad "$page is no chapter that this test knows" ;; esac
	awk '/^```/ { inside = !inside; next } !inside' "$page" | sed 's/`[^`]*`//g' | grep -nE '((습|입|합|됩|십|줍|갑|봅|옵|납|립|릅|춥|킵|깁|집)니다|세요|어요|아요|해요|예요|이에요|네요|지요|죠)\.( |$)' > "$work/.out"
	if [ -s "$work/.out" ]; then bad "$page leaves its style"; else good; fi
	[ "$chapter" = README ] || points docs/ko/README.md "$chapter.md"
done
check "README.md points at the course in Korean first" test "$(grep -o '](docs/[^)]*)' README.md | head -n 1)" = '](docs/ko/README.md)'
finish
