# structure_test.sh - the rules of the house that a compiler does not know: which room may include which, how long a file may be, who
# may print, which functions of libm stay out of the numeric path.
. "$(dirname "$0")/lib.sh"

sources=$(git ls-files -- 'src/*.c' 'src/*.h' 'kernels/*.c' 'kernels/*.h' 'tokenizer/*.c' 'tokenizer/*.h' 2> /dev/null)
[ -n "$sources" ] || sources=$(find src kernels tokenizer -name '*.[ch]')

# none 'what' PATTERN FILES...: no line of the files, comments and texts aside, matches the pattern
none() {
	what=$1 pattern=$2
	shift 2
	for file in "$@"; do
		awk '
			BEGIN { inside = 0 }
			{
				line = $0
				gsub(/\\./, "", line)
				if (line !~ /^[ \t]*#[ \t]*include/) gsub(/"[^"]*"/, "\"\"", line)
				out = ""
				while (line != "") {
					if (inside) {
						end = index(line, "*/")
						if (end == 0) break
						line = substr(line, end + 2)
						inside = 0
					} else {
						start = index(line, "/*")
						if (start == 0) { out = out line; break }
						out = out substr(line, 1, start - 1)
						line = substr(line, start + 2)
						inside = 1
					}
				}
				sub(/\/\/.*/, "", out)
				printf "%s:%d: %s\n", FILENAME, NR, out
			}' "$file"
	done | grep -E -- ":[0-9]+: .*($pattern)|:[0-9]+: ($pattern)" > "$work/.found"
	if [ -s "$work/.found" ]; then
		bad "$what"
		sed 's/^/    /' "$work/.found" | head -n 20
	else
		good
	fi
}

in_room() { # folder: its sources
	echo "$sources" | tr ' ' '\n' | grep "^$1/"
}

# --- the arrows: a room and those whose headers it may include ---
# kernels <- nn; tokenizer <- data; base <- everything but kernels; io <- data, nn; data, nn <- train <- cli; report <- train, cli.
# Of kernels, anybody may have the thread pool, and the scalar functions that stand in for libm; of base, kernels may have what systems differ in.
may_include() {
	case $1 in
	kernels) echo 'kernels' ;;
	tokenizer) echo 'tokenizer base' ;;
	src/base) echo 'base' ;;
	src/io) echo 'io base' ;;
	src/text) echo 'text base' ;;
	src/data) echo 'data io text tokenizer base' ;;
	src/nn) echo 'nn io kernels base' ;;
	src/ngram) echo 'ngram data io base' ;;
	src/report) echo 'report data base' ;;
	src/train) echo 'train report data nn ngram text io tokenizer kernels base' ;;
	src/bench) echo 'bench train data nn ngram text io tokenizer kernels base' ;;
	src/serve) echo 'serve base' ;;
	src/page) echo 'page apps train text base' ;;
	src/apps) echo 'apps train report data nn ngram text io tokenizer kernels base' ;;
	src/cli) echo 'cli apps bench serve train report data nn ngram text io tokenizer kernels base' ;;
	*) echo '' ;;
	esac
}
for room in kernels tokenizer src/base src/io src/text src/data src/nn src/ngram src/report src/train src/bench src/serve src/page src/apps src/cli; do
	files=$(in_room "$room")
	[ -n "$files" ] || continue
	allowed=$(may_include "$room" | tr ' ' '|')
	grep -n '^ *# *include *"' $files /dev/null | grep -vE "include *\"($allowed)/([a-z]+/)?[a-z0-9_]+\.h\"" |
		grep -vE 'include *"(kernels/(threads|math)|base/os(_net)?)\.h"' > "$work/.found"
	if [ -s "$work/.found" ]; then
		bad "$room includes only: $(may_include "$room")"
		sed 's/^/    /' "$work/.found"
	else
		good
	fi
done

# --- the arrows between folders within a room: a folder and those of its room whose headers it may include ("." is the room itself) ---
may_look_into() {
	case $1 in
	tokenizer/unicode) echo '' ;;
	tokenizer/vocabulary) echo 'unicode' ;;
	tokenizer/.) echo 'vocabulary' ;;
	tokenizer/sentencepiece) echo '. vocabulary unicode' ;;
	tokenizer/pipeline) echo '. vocabulary unicode' ;;
	tokenizer/wordpiece) echo '. pipeline vocabulary unicode' ;;
	tokenizer/json) echo '. wordpiece sentencepiece pipeline vocabulary unicode' ;;
	tokenizer/files) echo '. json wordpiece sentencepiece' ;;
	tokenizer/training) echo 'sentencepiece vocabulary unicode' ;;
	src/cli/.) echo '' ;;
	src/cli/commands) echo '.' ;;
	*) echo '?' ;;
	esac
}
for room in tokenizer src/cli; do
	for folder in $(in_room "$room" | sed "s#^$room/##; s#^[^/]*\$#.#; s#/.*##" | sort -u); do
		here=$room/$folder/
		[ "$folder" != . ] || here=$room/
		allowed=$(may_look_into "$room/$folder")
		if [ "$allowed" = '?' ]; then
			bad "$room has a folder $folder, of which this test does not know what it may include"
			continue
		fi
		grep -n '^ *# *include *"' $(in_room "$room" | grep "^$here[^/]*\$") /dev/null | awk -v room="${room#src/}" -v folders="$folder $allowed" '
			BEGIN { count = split(folders, list, " "); for (i = 1; i <= count; i++) may[list[i]] = 1 }
			{
				name = $0; sub(/.*include *"/, "", name); sub(/".*/, "", name)
				if (index(name, room "/") != 1) next
				name = substr(name, length(room) + 2)
				if (!sub(/\/.*/, "", name)) name = "."
				if (!(name in may)) print
			}' > "$work/.found"
		if [ -s "$work/.found" ]; then
			bad "$room/$folder includes only: $folder $allowed"
			sed 's/^/    /' "$work/.found"
		else
			good
		fi
	done
done

# --- circles: a file (its .c, its .h and its _private.h are one) that leads back to itself, by what it includes or by what it calls ---
include_edges() {
	grep '^ *# *include *"' $sources /dev/null | awk '
		function plain(path) { sub(/\.[ch]$/, "", path); sub(/_private$/, "", path); sub(/^src\//, "", path); return path }
		{
			from = $0; sub(/:.*/, "", from)
			to = $0; sub(/.*include *"/, "", to); sub(/".*/, "", to)
			print plain(from), plain(to)
		}'
}
# A function that one object defines and another asks for. Tables (of commands, of families) are no calls: whoever has a table does not know what is in it.
objects=$(dirname "$NUNCHI")
call_edges() {
	for source in $(echo "$sources" | tr ' ' '\n' | grep '\.c$'); do
		object=$objects/${source%.c}.o
		[ -f "$object" ] && nm "$object" 2> /dev/null | awk -v file="${source%.c}" 'NF == 3 && $2 == "T" { print "T", $3, file } NF == 2 && $1 == "U" { print "U", $2, file }'
	done | sort | awk '$1 == "T" { home[$2] = $3 } $1 == "U" && $2 in home { print $3, home[$2] }'
}
# Reads lines "from to"; prints each circle's files in a line.
circles() {
	awk '
		$1 != $2 && !(($1, $2) in edge) { edge[$1, $2] = 1; next_of[$1] = next_of[$1] " " $2; nodes[$1] = 1 }
		END {
			for (start in nodes) { # all that a file leads to
				top = 1; stack[1] = start
				while (top > 0) {
					count = split(next_of[stack[top--]], list, " ")
					for (i = 1; i <= count; i++)
						if (!((start, list[i]) in reach)) { reach[start, list[i]] = 1; stack[++top] = list[i] }
				}
			}
			for (a in nodes) {
				if (!((a, a) in reach) || a in told) continue
				line = a
				for (b in nodes) if (b != a && (a, b) in reach && (b, a) in reach) { line = line " " b; told[b] = 1 }
				print line
			}
		}'
}
most_circles=1 # a committee is a predictor whose members are predictors
for kind in include call; do
	${kind}_edges > "$work/.edges"
	circles < "$work/.edges" > "$work/.found"
	if [ ! -s "$work/.edges" ]; then
		skip "circles of files by what they $kind: there are no objects, or no nm"
	elif [ "$(grep -c '' < "$work/.found")" -gt $most_circles ]; then
		bad "more than $most_circles circles of files, by what they $kind"
		sed 's/^/    /' "$work/.found"
	else
		good
	fi
done

# --- what several files of a room share and nobody else may see is in a header *_private.h, by this word and no other ---
echo "$sources" | tr ' ' '\n' | grep -E '_(internal|impl|local|priv|detail|intern)\.h$' > "$work/.found"
grep -n '^ *# *include *"[^"]*_private\.h"' $sources /dev/null | awk '
	function room(path) { sub(/^src\//, "", path); sub(/\/.*/, "", path); return path }
	{
		from = $0; sub(/:.*/, "", from)
		to = $0; sub(/.*include *"/, "", to)
		if (room(from) != room(to)) print
	}' >> "$work/.found"
if [ -s "$work/.found" ]; then
	bad 'a private header is called *_private.h, and no other room includes it'
	sed 's/^/    /' "$work/.found"
else
	good
fi

# --- what systems differ in is known to src/base/os_*.c, and to the one user of POSIX threads ---
elsewhere=$(echo "$sources" | tr ' ' '\n' | grep -vE '^src/base/os_[a-z_]*\.c$')
none 'only src/base/os_*.c asks which system it is' '# *(if|ifdef|ifndef|elif).*(_WIN32|__MINGW|__linux|__APPLE__|__unix|__ANDROID__|BSD)' $elsewhere
none 'only src/base/os_*.c includes headers of a system' '# *include *<(sys/[a-z]+|netinet/[a-z]+|arpa/inet|ws2tcpip|unistd|fcntl|dirent|termios|poll|sched|windows|io|winsock2|direct)\.h>' $elsewhere
none 'threads are kernels/threads.c' '# *include *<pthread\.h>' $(echo "$elsewhere" | grep -v '^kernels/threads\.c$')

none 'one clock: src/base/clock.h, but for the pool of threads' '(clock_gettime|gettimeofday|timespec_get) *\(' $(echo "$elsewhere" | grep -v '^kernels/threads\.c$')
none 'only src/cli asks the environment' '(getenv|nch_os_environment) *\(' $(echo "$elsewhere" | grep -vE '^src/(cli/|base/os\.h$)')

# --- an option's row says which variable it sets; --help, which is in no table, is written out for completions ---
none 'an option goes to a variable' '\{ *"", *NCH_OPTION_' $(in_room src/cli | grep -v '^src/cli/help_completion\.c$')

# --- the walk of an option of training, such as --clip, from the command to the step: each function calls the next one, and on the way somebody who
# follows it comes past fewer than 12 ways out (a return, or an NCH_TRY; that of the call itself is one) ---
most_ways_out=11
walk='src/cli/commands/cmd_train.c:run:nch_train_options_read
src/cli/train_options.c:nch_train_options_read:nch_steps_options_read
src/cli/train_options.c:nch_steps_options_read:nch_options_take
src/cli/commands/cmd_train.c:run:train
src/cli/commands/cmd_train.c:train:nch_experiment_run
src/train/experiment.c:nch_experiment_run:run_all
src/train/experiment.c:run_all:train
src/train/experiment.c:train:nch_train
src/train/trainer.c:nch_train:run_epochs
src/train/trainer.c:run_epochs:run_step
src/train/trainer.c:run_step:nch_trainer_step'
echo "$walk" | while IFS=: read -r file from to; do
	awk -v from="$from" -v to="$to" -v hop="$file:$from" '
		$0 ~ "^[a-z].*[ *]" from "\\(" { inside = 1 }
		/^}/ { inside = 0 }
		inside && !found {
			ways += /NCH_TRY\(|^[ \t]*(else )?return[ ;]/
			found = $0 ~ "[^a-z_]" to "\\(" && !($0 ~ "^[a-z]")
		}
		END { print hop, found ? "calls" : "does not call", to, ways + 0 }' "$file"
done > "$work/.walk"
ways=$(awk '{ sum += $NF } END { print sum + 0 }' "$work/.walk")
if grep -q 'does not call' "$work/.walk" || [ "$ways" -gt $most_ways_out ]; then
	bad "the walk of an option from cmd_train to the step: $ways ways out, more than $most_ways_out, or a step that is not there"
	sed 's/^/    /' "$work/.walk"
else
	good
fi

# --- a file begins with what it is; those of the house with their name, too ---
awk 'FNR == 1 { name = FILENAME; sub(/.*\//, "", name); if (index($0, "/* " name " - ") != 1) print FILENAME ": " $0 }' $sources > "$work/.found"
awk 'FNR == 1 && !/^\/\* [^ ]/ { print FILENAME ": " $0 }' $(git ls-files -- 'tests/*.c' 'tests/*.h' 'docs/*.c' 2> /dev/null) /dev/null >> "$work/.found"
if [ -s "$work/.found" ]; then
	bad 'every file begins with what it is'
	sed 's/^/    /' "$work/.found" | cut -c 1-150
else
	good
fi

# --- length ---
for file in $sources $(git ls-files -- 'tests/*.c' 'tests/*.h' 2> /dev/null); do
	lines=$(grep -c '' < "$file")
	if [ "$lines" -gt 1000 ]; then bad "$file has $lines lines; 1,000 is the limit"; else good; fi
done

# --- width: no line of code or of a comment beyond 170 columns (docs/contributing.md), but a text or a row of a table with texts ---
# ("é" is two bytes and one column, "글" three bytes and two, a tab one byte and up to eight columns)
LC_ALL=C awk -v widest=170 '
	function columns(line,   n, i, c) {
		for (i = 1; i <= length(line); i++) {
			c = substr(line, i, 1)
			if (c == "\t") n += 8 - n % 8
			else if (c !~ /[\200-\277]/) n += c ~ /[\343-\355\360]/ ? 2 : 1
		}
		return n
	}
	length($0) > widest / 2 && (!/"/ || /^[ \t]*(\/\*|\*)/) && columns($0) > widest { print FILENAME ":" FNR ": " columns($0) " columns" }' $sources > "$work/.found"
if [ -s "$work/.found" ]; then
	bad 'no line is wider than 170 columns'
	sed 's/^/    /' "$work/.found"
else
	good
fi

none 'zero is written {0}' '= *\{( +0 *| *0 +| *)\}' $sources

# --- libraries don't speak and don't end the program ---
libraries=$(echo "$sources" | tr ' ' '\n' | grep -v '^src/cli/')
none 'only src/cli prints' '(^|[^a-z_])(printf|puts|putchar|vprintf|perror) *\(|[^a-z_](stdout|stderr)[^a-z_]' $libraries
none 'a step that a trace shows stands in one line: gcc and clang give a longer call different ones' '[=(,n] *SEE\([^;]*$' $(echo "$sources" | tr ' ' '\n' | grep '^src/nn/')
none 'streams go through src/base/os.h: a console of Windows takes other characters' '[^a-z_](stdout|stderr)[^a-z_]' $(echo "$sources" | tr ' ' '\n' | grep -v '^src/base/os_')
none 'only src/cli ends the program' '(^|[^a-z_])(exit|_exit|_Exit|quick_exit|abort|assert|nch_os_end) *\(' $(echo "$libraries" | grep -vE '^src/base/os(_[a-z_]*)?\.[ch]$')

# --- libraries don't know what the program calls their settings: they write ⟨max-len⟩ (src/base/setting.h). Calls of the program may be shown, `nunchi train --init`; and CSS has
# names with dashes. ---
for file in $libraries; do
	awk '{
		line = $0
		sub(/\/\/.*/, "", line)
		if (line ~ /^[ \t]*(\/\*|\*)/) next
		gsub(/\\./, "", line)
		gsub(/nunchi [a-z][^`"]*/, "", line)
		gsub(/var\(--/, "", line)
		while (match(line, /"[^"]*"|\/\*.*/)) { # a text, or a comment up to the end of the line
			text = substr(line, RSTART, RLENGTH)
			line = substr(line, RSTART + RLENGTH)
			if (text ~ /^"([^"]*[ (`])?--[a-z]/) printf "%s:%d: %s\n", FILENAME, NR, $0
		}
	}' "$file"
done > "$work/.found"
if [ -s "$work/.found" ]; then
	bad 'no library names an option of the program'
	sed 's/^/    /' "$work/.found" | cut -c 1-200 | head -n 20
else
	good
fi

# --- no libm in the numeric path: exp, log and their kin are kernels/math.h's, the same bits everywhere ---
numeric=$(echo "$sources" | tr ' ' '\n' | grep -E '^(kernels|src/nn|src/ngram|src/train)/')
none 'no libm in the numeric path' '(^|[^a-z_0-9])(exp|exp2|expm1|log|log2|log10|log1p|pow|tanh|sinh|cosh|erf|erfc|sin|cos|tan|atan|atan2|asin|acos|cbrt|hypot|lgamma|tgamma)[fl]? *\(' $numeric
none 'random numbers come from Philox alone' '(^|[^a-z_0-9])(rand|srand|random|srandom|drand48|rand_r) *\(' $numeric

# --- a family of models is known by its descriptor alone (nn/family.h) ---
descriptors=$(grep -l '^const nch_family nch_' $sources)
others=$(echo "$sources" | tr ' ' '\n' | grep -vxF "$descriptors")
none 'nobody but its descriptor asks which family a model is of' 'family *[!=]= *(&|nch_|NCH_)|(case|\[) *(NCH|nch)_(BERT|ROBERTA|ELECTRA|DISTILBERT|ALBERT|FUNNEL)' $others

# --- intrinsics live in one place ---
others=$(echo "$sources" | tr ' ' '\n' | grep -v '^kernels/vec_')
none 'intrinsics only in kernels/vec_*.h' '_mm[0-9]*_[a-z]|[^a-z_](vld1q|vst1q|vfmaq|vaddq|vmulq)_f' $others

# --- nothing unfinished, and no path of somebody's machine ---
none_text() { # what pattern
	git grep -nE "$2" -- . ':!tests/cli/structure_test.sh' > "$work/.found" 2> /dev/null
	if [ -s "$work/.found" ]; then
		bad "$1"
		sed 's/^/    /' "$work/.found" | head -n 20
	else
		good
	fi
}
if git rev-parse --git-dir > /dev/null 2>&1; then
	# the table of docs/contributing.md: which files of code a commit made and changed
	awk -F ' *[|] *' '/^## /{ on = /^## What was added/ } on && /^[|] / && NF == 6 && $2 != "what" && $2 !~ /^-/ { print $3 "|" $4 "|" $5 }' docs/contributing.md > "$work/.rows"
	if ! [ -s "$work/.rows" ]; then bad 'docs/contributing.md has no table of what was added'; fi
	while IFS='|' read -r words new changed; do
		commit=$(git log -1 --format=%h --fixed-strings --grep "$words" -- src)
		[ -n "$commit" ] || { skip 'the history is not here'; continue; }
		git show --format= --no-renames --name-status "$commit" -- src kernels tokenizer > "$work/.touched"
		{ echo "$new" | grep -o '`[^` ]*/[^` ]*`' | sed 's/^/A /'; echo "$changed" | grep -o '`[^` ]*/[^` ]*`' | sed 's/^/M /'; } | tr -d '`' > "$work/.told"
		awk -v commit="$commit" 'FNR == NR { told[$1 " " $2] = 0; next }
			{
				place = $2; hit = 0
				while (!hit && place != "") {
					if (($1 " " place) in told) { told[$1 " " place]++; hit = 1 }
					if (place ~ /\/$/) sub(/\/$/, "", place)
					if (place !~ /\//) break
					sub(/[^\/]*$/, "", place)
				}
				if (!hit) print commit " touched " $2 " (" $1 "), the table does not tell of it"
			}
			END { for (name in told) if (!told[name]) print commit " did not touch " name }' "$work/.told" "$work/.touched" > "$work/.found"
		if [ -s "$work/.found" ]; then
			bad "docs/contributing.md tells what a commit touched: $words"
			sed 's/^/    /' "$work/.found"
		else
			good
		fi
	done < "$work/.rows"
	none_text 'nothing left undone' '(^|[^[:alnum:]])(TO[D]O|FIX[M]E)([^[:alnum:]]|$)'
	none_text 'no path of a home folder' '/(home|Users)/[a-z]+/|/root/'
else
	skip "not a git work tree: tracked files are unknown"
fi
finish
