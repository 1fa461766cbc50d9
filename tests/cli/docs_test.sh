# docs_test.sh - README.md and docs/*.md tell the truth: their commands run, print what the page says they print, and what they
# point at exists.
#
#   ```sh run         this block is run by `sh -eu`, in a scratch copy of the repository, the blocks of a page in their order
#   ```text output    directly after it: what it must print, to the byte
#   ```sh             only shown (too long for a test, or somebody's own files)
#
# The pages in Korean have the same blocks (korean_test.sh holds that), so theirs are not run again; where they point is looked at.
# DOCS_PAGES="docs/data.md" runs these alone. When a change of the program rightly changes outputs:  DOCS_UPDATE=yes NUNCHI=build/nunchi sh tests/cli/docs_test.sh
. "$(dirname "$0")/lib.sh"

build=$(dirname "$NUNCHI")
update=${DOCS_UPDATE:-no}
pages="${DOCS_PAGES:-README.md $(ls docs/*.md)}"
pointing="${DOCS_PAGES:-$pages $(ls docs/ko/*.md)}"

# --- the commands ---

# put_blocks PAGE FOLDER: the page with the outputs that were found
put_blocks() {
	awk -v folder="$2" '
		/^```sh run$/ { blocks++; sh = 1; after = 0 }
		/^```text output$/ && blocks && after == 1 {
			print
			while ((getline found < (folder "/" blocks ".found")) > 0) print found
			skipping = 1
			next
		}
		/^```$/ { if (sh) after = 1; sh = skipping = 0; print; next }
		skipping { next }
		!sh && /[^ \t]/ { after = 0 }
		{ print }' "$1"
}

# A folder that looks like the repository after make; only build/ is its own.
make_scratch() { # folder
	mkdir -p "$1/build"
	for item in README.md Makefile data docs kernels src tests tokenizer; do ln -s "$root/$item" "$1/$item"; done
	ln -s "$NUNCHI" "$1/build/nunchi"
	for item in "$build/libnunchi.a" "$build/tests"; do
		if [ -e "$item" ]; then ln -s "$(realpath "$item")" "$1/build/$(basename "$item")"; fi
	done
}

run_page() { # page
	name=$(basename "$1" .md) blocks=$work/$(basename "$1" .md).blocks scratch=$work/$(basename "$1" .md)
	mkdir -p "$blocks"
	make_scratch "$scratch"
	cut_blocks "$1" "$blocks"
	block=0
	while [ $block -lt "$(cat "$blocks/count")" ]; do
		block=$((block + 1))
		cp "$blocks/$block.sh" "$work/.out"
		if ! (cd "$scratch" && BUILD=build timeout 600 sh -eu "$blocks/$block.sh") > "$blocks/$block.found" 2> "$work/.err" < /dev/null; then
			bad "$1: command block $block ends with an error"
			return # what follows builds on it
		fi
		good
		[ -e "$blocks/$block.out" ] || continue
		if [ $update = yes ] || cmp -s "$blocks/$block.out" "$blocks/$block.found"; then
			good
		else
			diff "$blocks/$block.out" "$blocks/$block.found" > "$work/.out"
			: > "$work/.err"
			bad "$1: command block $block prints something else"
		fi
	done
	if [ $update = yes ] && [ $block -gt 0 ]; then
		put_blocks "$1" "$blocks" > "$work/.page" && cat "$work/.page" > "$1"
	fi
	rm -rf "$scratch"
}

if checked; then
	skip "a checked build is slow: the commands of the documents are run with the plain one"
else
	for page in $pages; do run_page "$page"; done
fi

# --- what the pages point at ---
: > "$work/.out"
: > "$work/.err"

for page in $pointing; do
	here=$(dirname "$page")
	# links: [text](target), but not to the world outside and not to a heading of the page itself
	awk '/^```/ { inside = !inside; next } !inside' "$page" | sed -e 's/`[^`]*`//g' | grep -o '](\([^)]*\))' | sed -e 's/^](//' -e 's/)$//' -e 's/#.*//' | sort -u > "$work/.links"
	while read -r target; do
		case $target in '' | http://* | https://* | mailto:*) continue ;; esac
		if [ -e "$here/$target" ]; then good; else bad "$page: the link to $target leads nowhere"; fi
	done < "$work/.links"

	# names in backticks, outside of blocks
	awk '/^```/ { inside = !inside; next } !inside' "$page" | grep -o '`[^`]*`' | tr -d '`' | sort -u > "$work/.names"
	while read -r text; do
		case $text in
		*[\ \<\>…]*) ;; # a command, not a name
		[a-zA-Z.]*/*:[a-zA-Z_]*)
			file=${text%%:*} word=${text#*:}
			if [ ! -f "$file" ]; then
				bad "$page: there is no file $file"
			elif ! grep -qw -e "$word" "$file"; then
				bad "$page: $file does not know $word"
			else
				good
			fi
			;;
		src/* | kernels/* | tokenizer/* | tests/* | data/* | docs/* | .ci/*)
			found=no
			for file in $text; do if [ -e "$file" ]; then found=yes; fi; done
			if [ $found = yes ]; then good; else bad "$page: there is no $text"; fi
			;;
		nch_*)
			if grep -rqw -e "$text" src kernels tokenizer; then good; else bad "$page: nothing is called $text"; fi
			;;
		esac
	done < "$work/.names"
done

# --- options: every --option that a page names is one that the program knows ---
for command in $("$NUNCHI" help | awk '/^Commands:/ { on = 1; next } on && /^  [a-z]/ { sub(/^  /, ""); sub(/  .*/, ""); gsub(/ /, "+"); print }'); do
	"$NUNCHI" help $(echo "$command" | tr + ' ')
done 2> /dev/null | grep -oE -e '--[a-z][a-z0-9-]*' | sort -u > "$work/.known"
echo '--version' >> "$work/.known"
for page in $pointing; do
	{
		awk '/^```/ { inside = !inside; next } !inside' "$page" | grep -oE '`[^`]*`' | grep -E '`(nunchi|--)'
		# in blocks that are only shown: commands with their continuation lines
		awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside || /^    / { if (sub(/\\$/, "")) printf "%s ", $0; else print }' "$page" |
			awk 'match($0, /nunchi [a-z]/) { print substr($0, RSTART) }' # what stands before is another program's
	} | tr '\t' ' ' | grep -oE -e ' --[a-z][a-z0-9-]*|`--[a-z][a-z0-9-]*' | tr -d ' `' | sort -u > "$work/.named"
	while read -r option; do
		if grep -qxe "$option" "$work/.known"; then good; else bad "$page: the program knows no $option"; fi
	done < "$work/.named"
done
finish
