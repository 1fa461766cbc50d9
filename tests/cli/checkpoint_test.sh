# Runs that end before their time: Ctrl-C, kill -9, a full disk, folders that cannot be written, inputs that are gone.
. "$(dirname "$0")/lib.sh"

head -n 161 data/course.tsv > "$work/train.tsv"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 2000 --bert-specials --out "$work/ko.model"
run_options="--train $work/train.tsv --valid-split 0.1 --preset tiny --tokenizer $work/ko.model --max-len 24 --batch 8 --lr 1e-3 --epochs 3 --checkpoint-every 1 --threads 1"
exits 0 '' -- train $run_options --quiet --out "$work/whole"
tail -n 1 "$work/.out" > "$work/hash"

# same_end WHAT DIR: the run in DIR goes on to the end, and ends in the bits of the one that was never stopped
same_end() {
	exits 0 '' -- train $run_options --quiet --out "$2" --resume
	tail -n 1 "$work/.out" > "$work/hash2"
	check "$1: the bits of the whole run" cmp "$work/hash" "$work/hash2"
}

# wait_for FILE: until it is there
wait_for() {
	tries=0
	while [ ! -e "$1" ] && [ $tries -lt 300 ]; do
		sleep 0.02
		tries=$((tries + 1))
	done
}

# --- Ctrl-C and a polite kill: a checkpoint, and a word on how to go on ---
for signal in INT TERM HUP; do
	case $signal in INT) expected=130 ;; HUP) expected=129 ;; *) expected=143 ;; esac
	$reached "$NUNCHI" train $run_options --out "$work/$signal" > "$work/.out" 2> "$work/.err" &
	program=$!
	wait_for "$work/$signal/checkpoint/state.json"
	kill -s $signal $program
	wait $program
	check "$signal ends with status $expected" test $? -eq $expected
	check "$signal: how to go on" grep -Eq '^nunchi: stopped at step [0-9]+ of [0-9]+; go on with the same command and --resume$' "$work/.err"
	same_end "$signal" "$work/$signal"
done

# what is ignored from the beginning, as by nohup, stays so
sh -c 'trap "" HUP INT; exec "$@"' sh "$NUNCHI" train $run_options --quiet --out "$work/ignoring" > "$work/.out" 2> "$work/.err" &
program=$!
wait_for "$work/ignoring/checkpoint/state.json"
kill -s HUP $program
kill -s INT $program
wait $program
check "ignored signals stay ignored" test $? -eq 0
tail -n 1 "$work/.out" > "$work/hash2"
check "and the run comes to its end" cmp "$work/hash" "$work/hash2"

# --- closed descriptors: nothing that is meant for a terminal lands in a file ---
"$NUNCHI" train $run_options --out "$work/closed" < /dev/null > "$work/.out" 2>&-
check "without standard error it trains" test $? -eq 0
check "and its log holds only what belongs there" sh -c "! grep -v '^{.*}$' '$work/closed/log.jsonl'"
check "the same bits" cmp "$work/whole/model.safetensors" "$work/closed/model.safetensors"
"$NUNCHI" train $run_options --out "$work/nothing-open" <&- >&- 2>&-
check "with all three closed its result cannot be told: status 1" test $? -eq 1
check "and its files are the same ones" cmp "$work/whole/model.safetensors" "$work/nothing-open/model.safetensors"
check "with a log of its own lines alone" sh -c "! grep -v '^{.*}$' '$work/nothing-open/log.jsonl'"
"$NUNCHI" fingerprint "$work/whole" >&- 2> "$work/.err"
check "without standard output a result cannot be told: status 1" test $? -eq 1

# --- a checkpoint that is damaged: one bit, in the weights or in the state ---
for part in safetensors json; do
	rm -rf "$work/bit"
	"$NUNCHI" train $run_options --keep-checkpoints 2 --quiet --out "$work/bit" > /dev/null
	newest=$(ls "$work/bit/checkpoint" | grep '^step-.*\.safetensors$' | tail -n 1)
	file=$work/bit/checkpoint/$newest
	[ $part = json ] && file=$work/bit/checkpoint/state.json
	size=$(wc -c < "$file")
	byte=$(od -An -tu1 -j $((size / 2)) -N 1 "$file" | tr -d ' ')
	printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc 2> /dev/null
	"$NUNCHI" train $run_options --keep-checkpoints 2 --out "$work/bit" --resume > "$work/.out" 2> "$work/.err"
	check "a flipped bit ($part): the older checkpoint is taken, and it is said" grep -q 'is damaged: its bytes are not those that were written); an older one is taken' "$work/.err"
	tail -n 1 "$work/.out" > "$work/hash2"
	check "a flipped bit ($part): the same bits in the end" cmp "$work/hash" "$work/hash2"
done

# --- the log is shorter than at the checkpoint (the power failed), at whatever byte it ends ---
"$NUNCHI" train $run_options --keep-checkpoints 100 --quiet --out "$work/power" > /dev/null
mv "$work/power/checkpoint/step-00000020.json" "$work/power/checkpoint/state.json"
find "$work/power/checkpoint" -name 'step-*' ! -name 'step-00000020*' -exec rm {} +
for bytes in 0 1 100 777 1500; do
	rm -rf "$work/short"
	cp -r "$work/power" "$work/short"
	head -c $bytes "$work/power/log.jsonl" > "$work/short/log.jsonl"
	exits 0 '' -- train $run_options --quiet --out "$work/short" --resume
	tail -n 1 "$work/.out" > "$work/hash2"
	check "a log of $bytes bytes: the same weights" cmp "$work/hash" "$work/hash2"
	check "a log of $bytes bytes: whole lines" sh -c "! grep -v '^{.*}$' '$work/short/log.jsonl'"
done

# --- somebody has written over the best model: its place is not taken by another's ---
rm -rf "$work/short"
cp -r "$work/power" "$work/short"
exits 0 '' -- train $run_options --quiet --seed 9 --epochs 1 --out "$work/else"
cp "$work/else/model.safetensors" "$work/short/model.safetensors"
best=$(sed -n 's/.*"best_epoch":\([0-9]*\).*/\1/p' "$work/whole/metrics.json")
if [ "$best" -lt 2 ]; then
	exits 1 'holds other weights than those that this run kept there after epoch 1: somebody has written over them' -- train $run_options --quiet --out "$work/short" --resume
else
	same_end "the best model was overwritten, and is made anew" "$work/short"
fi

# --- killed twenty times at random moments ---
kills=0
checked && kills=16
while [ $kills -lt 20 ]; do
	"$NUNCHI" train $run_options --quiet --out "$work/killed" --resume > /dev/null 2>&1 &
	program=$!
	sleep "0.$(($(od -An -N2 -tu2 /dev/urandom) % 250 + 100))"
	kill -9 $program 2> /dev/null
	wait $program 2> /dev/null
	kills=$((kills + 1))
done
before=$failed
same_end "killed 20 times" "$work/killed"
tally "a run killed at random moments" 1 $((failed == before))
check "no temporary file is left" test -z "$(find "$work/killed" -name '*.tmp')"

# --- the last K are kept; a damaged one is passed over ---
exits 0 '' -- train $run_options --quiet --keep-checkpoints 3 --epochs 1 --out "$work/keep"
check "three checkpoints are kept" test "$(ls "$work/keep/checkpoint" | grep -c '^step-.*\.safetensors$')" -eq 3
newest=$(ls "$work/keep/checkpoint" | grep '\.safetensors$' | tail -n 1)
head -c 1000 "$work/keep/checkpoint/$newest" > "$work/cut"
cp "$work/cut" "$work/keep/checkpoint/$newest"
"$NUNCHI" train $run_options --epochs 1 --keep-checkpoints 3 --out "$work/keep" --resume > "$work/.out" 2> "$work/.err"
check "an older checkpoint is taken" grep -q 'cannot be read.*an older one is taken' "$work/.err"
tail -n 1 "$work/.out" > "$work/hash3"
exits 0 '' -- train $run_options --quiet --epochs 1 --out "$work/one"
tail -n 1 "$work/.out" > "$work/hash4"
check "and leads to the same bits" cmp "$work/hash3" "$work/hash4"
# with nothing older there is nothing to take
cp -r "$work/keep" "$work/damaged"
for file in "$work/damaged/checkpoint"/*.safetensors; do cp "$work/cut" "$file"; done
exits 1 'checkpoint/step-.*safetensors' -- train $run_options --epochs 1 --quiet --out "$work/damaged" --resume
exits 1 'learning rate' -- train $run_options --epochs 1 --lr 2e-3 --quiet --out "$work/keep" --resume

# --- a disk that is full (a limit on the size of files stands for it): one line, and the last good checkpoint stays ---
"$NUNCHI" train $run_options --out "$work/full" > /dev/null 2>&1 &
program=$!
wait_for "$work/full/checkpoint/state.json"
kill -9 $program
wait $program 2> /dev/null
cp "$work/full/checkpoint/state.json" "$work/state-before"
( ulimit -f 2000; "$NUNCHI" train $run_options --quiet --out "$work/full" --resume > "$work/.out" 2> "$work/.err" )
check "a full disk ends with status 1" test $? -eq 1
check "in one line that names the file" sh -c "grep -c '' < '$work/.err' | grep -qx 1 && grep -Eq '^nunchi: .*(checkpoint/step|model.safetensors|log.jsonl).*cannot' '$work/.err'"
check "the last checkpoint is untouched" cmp "$work/state-before" "$work/full/checkpoint/state.json"
check "nothing half written stays" test -z "$(find "$work/full" -name '*.tmp' -newer "$work/state-before")"
same_end "after a full disk" "$work/full"
if [ -w /dev/full ]; then
	exits 1 '/dev/full' -- train $run_options --quiet --log /dev/full --out "$work/log"
fi

# and a real one, where a small file system may be mounted: it is full at some checkpoint or other, for ever larger sizes
mkdir "$work/disk"
if can_mount "$work/disk"; then
	cat > "$work/fill" << 'END'
# fill DISK COPY SIZE...: trains on a disk of each of these sizes; copies what is there when it is full
disk=$1 copy=$2
shift 2
for size in "$@"; do
	mount -t tmpfs -o size=$size none "$disk" || exit 9
	$NUNCHI train $RUN_OPTIONS --quiet --out "$disk/model" > /dev/null 2> "$copy.err"
	echo "$? $(grep -c '' < "$copy.err") $(grep -Ec '^nunchi: .*No space left on device$' < "$copy.err")"
	rm -rf "$copy"
	cp -r "$disk/model" "$copy"
	umount "$disk"
done
END
	NUNCHI=$NUNCHI RUN_OPTIONS=$run_options timeout 100 $own_mounts sh "$work/fill" "$work/disk" "$work/small" 2m 7m 11m > "$work/.out" 2> "$work/.err"
	check "three disks are full: status 1 and one line that says so" test "$(grep -cx '1 1 1' "$work/.out")" -eq 3
	check "nothing half written stays there" test -z "$(find "$work/small" -name '*.tmp')"
	check "a checkpoint was written before" test -e "$work/small/checkpoint/state.json"
	same_end "after a disk that was full" "$work/small"
else
	skip "a small disk cannot be mounted here"
fi

# --- folders that cannot be written, inputs that are gone ---
: > "$work/file"
exits 1 'file' -- train $run_options --quiet --out "$work/file/model"
exits 1 '/proc/' -- train $run_options --quiet --out /proc/nunchi
# root may write where nobody may, unless it gives that up
plain=
if [ "$(id -u)" -eq 0 ]; then plain="setpriv --bounding-set=-dac_override,-dac_read_search"; fi
mkdir "$work/locked"
chmod 555 "$work/locked"
if $plain true 2> /dev/null && ! $plain sh -c ": > '$work/locked/probe'" 2> /dev/null; then
	cp -r "$work/whole" "$work/read-only"
	chmod -R a-w "$work/read-only"
	for folder in locked/model read-only; do
		timeout 100 $plain "$NUNCHI" train $run_options --quiet --out "$work/$folder" > "$work/.out" 2> "$work/.err"
		check "$folder cannot be written: status 1" test $? -eq 1
		check "$folder: one line" sh -c "grep -Ec '^nunchi: .*$folder.*Permission denied$' '$work/.err' | grep -qx 1 && grep -c '' < '$work/.err' | grep -qx 1"
	done
	chmod -R u+w "$work/read-only"
	check "nothing in it was touched" diff -r "$work/whole" "$work/read-only"
	chmod 000 "$work/train.tsv"
	timeout 100 $plain "$NUNCHI" train $run_options --quiet --out "$work/unread" > "$work/.out" 2> "$work/.err"
	check "a file that may not be read: one line" sh -c "grep -Ec '^nunchi: .*train.tsv: .*Permission denied$' '$work/.err' | grep -qx 1"
	chmod 644 "$work/train.tsv"
else
	skip "this root cannot be kept from writing: setpriv is absent, or may not"
fi
chmod 755 "$work/locked"

# what a run begins with is gone: the checkpoint stays, and leads to the end once it is back
cp -r "$work/INT" "$work/gone"
mv "$work/train.tsv" "$work/gone.tsv"
exits 1 'train.tsv: ' -- train $run_options --quiet --out "$work/gone" --resume
mv "$work/gone.tsv" "$work/train.tsv"
mv "$work/ko.model" "$work/gone.model"
exits 1 'ko.model: ' -- train $run_options --quiet --out "$work/gone" --resume
mv "$work/gone.model" "$work/ko.model"
check "a vanished input leaves everything as it was" diff -r "$work/INT" "$work/gone"
same_end "after a vanished input" "$work/gone"
finish
