# The call itself: commands, options, help, exit status. See also data_test.sh and model_test.sh for what the commands do.
. "$(dirname "$0")/lib.sh"

exits 0 '' -- --version
check "the version stands on standard output" grep -Eq '^nunchi [0-9]+\.[0-9]+\.[0-9]+$' "$work/.out"
exits 0 '' -- --help
exits 0 '' -- help
exits 2 'which command' --
exits 2 'no command "tokenise".*did you mean tokenize' -- tokenise
exits 2 'no command "xyzzy"' -- xyzzy
exits 2 'no command "hepl".*did you mean help' -- help hepl
exits 2 'needs one more word.*info' -- tokenizer
exits 0 '' -- tokenizer --help
exits 0 '' -- help tokenizer

# options
exits 2 'no option --tokeniser; did you mean --tokenizer' -- tokenize --tokeniser x
exits 2 'no option --tokeniser; did you mean --tokenizer' -- tokenize --tokeniser=x
exits 2 'no option --zzzzzzzz' -- tokenize --zzzzzzzz
exits 2 'no option -t' -- tokenize -t x
exits 2 '--tokenizer needs a value' -- tokenize --tokenizer
exits 2 '--tokenizer needs a value' -- tokenize --tokenizer --pieces
exits 2 '--tokenizer is given without a value' -- tokenize --tokenizer=
exits 2 'needs --tokenizer' -- tokenize
exits 2 'does not know what to do with "b"' -- tokenize --tokenizer x a b
exits 2 '--threads: "0"' -- tokenize --threads 0 --tokenizer x
exits 2 '--threads: "many" is no whole number' -- tokenize --threads many --tokenizer x
exits 2 '--threads: "1.5" is no whole number' -- tokenize --threads=1.5 --tokenizer x
exits 2 '--quiet is yes or no' -- tokenize --quiet=maybe --tokenizer x
exits 1 'there is no such file' -- tokenize --tokenizer "$work/absent"
exits 1 'there is no such file' -- tokenize --quiet=no --tokenizer "$work/absent"
exits 1 'absent: there is no such file' -- tokenize --tokenizer "$work/absent" -- --not-an-option

# a library calls a setting ⟨relabel⟩, the program --relabel
printf 'text,labels\n좋아요,기쁨\n' > "$work/two.csv"
exits 2 "^nunchi: --relabel 'x'" -- data --data "$work/two.csv" --relabel x

# instruction sets
exits 2 '--isa: there is no "avx3".*did you mean avx2' -- tokenize --isa avx3 --tokenizer x
exits 1 'no such file' -- tokenize --isa scalar --tokenizer "$work/absent"
export NUNCHI_ISA=mmx
exits 2 'NUNCHI_ISA mmx: unknown' -- tokenize --tokenizer "$work/absent"
unset NUNCHI_ISA
case $(uname -m) in
aarch64) foreign=avx2 ;;
*) foreign=neon ;;
esac
exits 2 "--isa $foreign: not made for this kind of machine \\(this machine runs .*scalar" -- tokenize --isa $foreign --tokenizer x

# a hostile name does not reach the terminal as it is
exits 1 'evil \[31mname' -- tokenize --tokenizer "$work/evil$(printf '\033')[31mname"

# configuration files ("special" is an option of another command: such lines are passed over)
printf '# a comment\n\n tokenizer = %s # another\nthreads=1\nspecial = no\nquiet = yes\n' "$work/from-config" > "$work/ok.conf"
exits 1 'from-config: there is no such file' -- detokenize --config "$work/ok.conf"
exits 1 'from-line: there is no such file' -- detokenize --config "$work/ok.conf" --tokenizer "$work/from-line"
printf 'tokenizer = "%s/a # b"\n' "$work" > "$work/quoted.conf"
exits 1 'a # b: there is no such file' -- tokenize --config "$work/quoted.conf"
printf 'threads = 1\ntokeniser = x\n' > "$work/bad.conf"
exits 2 'bad.conf:2: .*no option --tokeniser; did you mean --tokenizer' -- tokenize --config "$work/bad.conf"
printf 'threads = none\n' > "$work/bad.conf"
exits 2 'bad.conf:1: --threads: "none"' -- tokenize --config "$work/bad.conf"
printf 'threads\n' > "$work/bad.conf"
exits 2 'bad.conf:1: .*name = value' -- tokenize --config "$work/bad.conf"
printf 'tokenizer = "x\n' > "$work/bad.conf"
exits 2 'bad.conf:1: a quote' -- tokenize --config "$work/bad.conf"
exits 1 'no such file' -- tokenize --config "$work/absent.conf"
exits 1 'is a folder' -- tokenize --config "$work"

# every command has its help, and the man page is made from the same tables
"$NUNCHI" help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z ]*[a-z]\)   *[a-z].*/\1/p' > "$work/commands"
check "there are commands" test -s "$work/commands"
"$NUNCHI" help > "$work/help"
check "the list of commands is 80 columns wide" sh -c "! grep -E '^.{81}' '$work/help'"
while read -r command; do
	exits 0 '' -- $command --help
	grep -q "^Usage: nunchi $command" "$work/.out" || bad "$command --help has no usage line"
	cp "$work/.out" "$work/help"
	"$NUNCHI" help $command > "$work/.out"
	grep -E '^.{81}' "$work/help" | grep -v -- '--[a-z0-9-]* [^ ]*$' && bad "$command --help is wider than 80 columns"
	check "help $command is $command --help" cmp "$work/help" "$work/.out"
done < "$work/commands"
"$NUNCHI" help --man > "$work/.out"
check "docs/nunchi.1 is up to date (nunchi help --man > docs/nunchi.1)" cmp docs/nunchi.1 "$work/.out"
if MANWIDTH=80 man -l docs/nunchi.1 2> /dev/null | col -b > "$work/page" 2> /dev/null && [ -s "$work/page" ]; then
	check "the man page is 80 columns wide" sh -c "! grep -E '^.{81}' '$work/page'"
else
	skip "no man here"
fi

# colours: on a terminal that takes them, and nowhere else
if script -qec true /dev/null > /dev/null 2>&1; then
	escape=$(printf '\033')
	on_terminal() { # environment, arguments: a terminal's bytes in $work/.out
		(unset NO_COLOR; script -qec "env TERM=xterm $1 '$NUNCHI' $2" /dev/null < /dev/null > "$work/.out")
	}
	on_terminal '' help
	check "help has bold titles" grep -qF "$escape[1mCommands:" "$work/.out"
	on_terminal '' eval
	check "an error is red" grep -qF "$escape[1;31mnunchi: $escape[0m" "$work/.out"
	for without in NO_COLOR=1 TERM=dumb; do
		on_terminal $without help
		check "$without: no colour" sh -c "grep -q Commands: '$work/.out' && ! grep -qF '$escape' '$work/.out'"
	done
	"$NUNCHI" help > "$work/.out"
	check "no colour in a file" sh -c "! grep -qF '$escape' '$work/.out'"
else
	skip "no script(1) of util-linux here"
fi

# standard output: a reader that leaves, a full disk
( "$NUNCHI" help; echo $? > "$work/status" ) 2> "$work/.err" | true
sleep 0.1
check "a closed pipe is no failure" grep -q '^0$' "$work/status"
check "and no word is said about it" test ! -s "$work/.err"
if [ -e /dev/full ]; then
	"$NUNCHI" help > /dev/full 2> "$work/.err"
	check "a full disk is exit status 1" test $? -eq 1
	"$NUNCHI" help > /dev/full 2> "$work/errors"
	check "and one line" grep -q '^nunchi: standard output: cannot write' "$work/errors"
else
	skip "no /dev/full here"
fi
finish
