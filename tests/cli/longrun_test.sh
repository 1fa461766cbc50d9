# Runs of hours: ended by the clock, lengthened, cooled down; what is seen of them meanwhile. train and pretrain alike.
. "$(dirname "$0")/lib.sh"

head -n 161 data/course.tsv > "$work/train.tsv"
cut -f 1 data/course.tsv | sed -n 2,161p > "$work/texts.txt"
exits 0 '' -- tokenizer train --quiet --input data/course.tsv --vocab-size 1500 --bert-specials --out "$work/ko.model"
shape="--preset tiny --tokenizer $work/ko.model --batch 32 --lr 1e-3 --max-len 24 --valid-split 0.1 --threads 1"
train="train --train $work/train.tsv $shape"
pretrain="pretrain --corpus $work/texts.txt $shape"
stable="--schedule wsd --warmup 2 --decay 0.3"

# hash FILE: the closing line of the last run
hash() { tail -n 1 "$work/.out" > "$1"; }
# same WHAT FILE: it is that of FILE
same() { check "$1: the same bits" sh -c "tail -n 1 '$work/.out' | cmp - '$2'"; }

for command in train pretrain; do
	eval "call=\$$command"
	exits 0 '' -- $call $stable --epochs 2 --quiet --out "$work/$command"
	hash "$work/two"
	exits 0 '' -- $call $stable --epochs 4 --quiet --out "$work/$command-four"
	hash "$work/four"

	# --- the time is up: exit 0, a checkpoint, a picture, and a word on how to go on ---
	exits 0 '^nunchi: the time is up at step 1 of 10; go on with the same command and --resume$' -- $call $stable --epochs 2 --max-hours 1e-9 --out "$work/$command-clock"
	check "$command: nothing is said of a result" test ! -s "$work/.out"
	check "$command: there is a checkpoint" test -s "$work/$command-clock/checkpoint/state.json"
	check "$command: the curves are drawn meanwhile" grep -q '</svg>' "$work/$command-clock/curves.svg"
	check "$command: with the epoch that is begun" grep -q '>1</text>' "$work/$command-clock/curves.svg"
	exits 0 'resumed at step 1, epoch 1' -- $call $stable --epochs 2 --max-hours 100 --resume --out "$work/$command-clock"
	same "$command: after the clock" "$work/two"

	# --- lengthened after its end, from before its decay (step 7 of 10) ---
	exits 0 'resumed at step 7, epoch 2: there the learning rate had not begun to fall' -- $call $stable --epochs 4 --resume --out "$work/$command"
	same "$command: lengthened" "$work/four"
	check "$command: each step is in the log once" test "$(grep -c '"step"' "$work/$command/log.jsonl")" -eq 20
	check "$command: steps in their order" sh -c "grep -o '\"step\":[0-9]*' '$work/$command/log.jsonl' | cut -d: -f2 | sort -n -u | wc -l | grep -qx 20"

	# --- cooled down: a run of four epochs that is stopped in its second ends as one of two ---
	"$NUNCHI" $call $stable --epochs 4 --checkpoint-every 6 --quiet --max-hours 1e-9 --out "$work/$command-cool" > /dev/null 2>&1
	exits 0 '' -- $call $stable --epochs 2 --quiet --resume --out "$work/$command-cool"
	same "$command: cooled down" "$work/two"

	# --- other lengths and rates where they change what is done ---
	exits 0 '' -- $call --epochs 2 --quiet --max-hours 1e-9 --warmup 0 --out "$work/$command-linear"
	exits 0 '' -- $call --epochs 2 --quiet --max-hours 1e-9 --warmup 0 --resume --out "$work/$command-linear"
	exits 1 'step 2 of this run had the learning rate 0.0009, and would have 0.00095 ' -- $call --epochs 4 --warmup 0 --quiet --resume --out "$work/$command-linear"
	cp -r "$work/$command-linear" "$work/before"
	exits 1 'step 1 of this run had the learning rate 0.001, and would have 0.002 ' -- $call --epochs 2 --warmup 0 --lr 2e-3 --quiet --resume --out "$work/$command-linear"
	check "$command: the checkpoint is as it was" diff -r "$work/before/checkpoint" "$work/$command-linear/checkpoint"
	rm -r "$work/before"
done

# --- the average of the weights is what is measured and saved; killed and resumed it has the same bits ---
# killed ARGUMENTS...: the run in $work/killed is killed twice as soon as it has a checkpoint, and resumed
killed() {
	rm -rf "$work/killed"
	for turn in 1 2; do
		"$NUNCHI" "$@" --checkpoint-every 1 --resume --quiet --out "$work/killed" > /dev/null 2>&1 &
		program=$! tries=0
		before=$(cksum "$work/killed/checkpoint/state.json" 2> /dev/null)
		while [ "$(cksum "$work/killed/checkpoint/state.json" 2> /dev/null)" = "$before" ] && [ $tries -lt 300 ]; do
			sleep 0.02
			tries=$((tries + 1))
		done
		kill -9 $program 2> /dev/null
		wait $program 2> /dev/null
	done
	exits 0 '' -- "$@" --resume --quiet --out "$work/killed"
}
for call in "$train" "$pretrain" "$pretrain --objective rtd"; do
	rm -rf "$work/average"
	exits 0 '' -- $call --epochs 2 --quiet --out "$work/average"
	hash "$work/plain"
	rm -rf "$work/average"
	exits 0 '' -- $call --epochs 2 --ema .9 --quiet --out "$work/average"
	hash "$work/ema"
	check "the average is another model" sh -c "! cmp -s '$work/plain' '$work/ema'"
	prints "$(cat "$work/ema")" -- fingerprint "$work/average"
	killed $call --epochs 2 --ema .9
	same "${call%% *} --ema, killed twice" "$work/ema"
	case $call in *rtd) check "the generator's, too" cmp "$work/average/generator/model.safetensors" "$work/killed/generator/model.safetensors" ;; esac
done
exits 0 '' -- $train --epochs 2 --ema .9 --quiet --out "$work/average-train"
loss=$(grep '"best":true' "$work/average-train/log.jsonl" | tail -n 1 | grep -o '"valid_loss":[0-9.]*' | cut -d: -f2 | cut -c 1-10)
check "the log's figures are those of the saved model" grep -q "\"valid\":.*\"loss\":$loss" "$work/average-train/metrics.json"
exits 1 '.' -- $train --epochs 2 --ema .8 --quiet --resume --out "$work/average-train"

# --- a disk that is full at some checkpoint or other, the one before the decay among them: one line, and nothing is lost ---
long="$pretrain $stable --ema .9 --epochs 2 --checkpoint-every 2"
exits 0 '' -- $long --quiet --out "$work/long"
hash "$work/ema"
mkdir "$work/disk"
if can_mount "$work/disk"; then
	cat > "$work/fill" << 'END'
# fill DISK COPY SIZE...: trains on a disk of each of these sizes, goes on with each on a large one
disk=$1 copy=$2
shift 2
for size in "$@"; do
	mount -t tmpfs -o size=$size none "$disk" || exit 9
	$NUNCHI $LONG --quiet --out "$disk/model" > /dev/null 2> "$copy.err"
	echo "$? $(grep -Ec '^nunchi: .*No space left on device$' < "$copy.err")"
	rm -rf "$copy"
	cp -r "$disk/model" "$copy"
	umount "$disk"
	find "$copy" -name '*.tmp'
	$NUNCHI $LONG --quiet --resume --out "$copy" | tail -n 1
done
END
	for size in 20m 25m 33m; do printf '1 1\n%s\n' "$(cat "$work/ema")"; done > "$work/want"
	NUNCHI=$NUNCHI LONG=$long timeout 100 $own_mounts sh "$work/fill" "$work/disk" "$work/small" 20m 25m 33m > "$work/.out" 2> "$work/.err"
	check "three disks are full: status 1, one line, nothing half written, the same bits in the end" cmp "$work/want" "$work/.out"
else
	skip "a small disk cannot be mounted here"
fi

# --- wrong calls ---
for interval in 600x s -1 1.5 0s ''; do
	exits 2 'checkpoint-every' -- $train --epochs 1 --checkpoint-every "$interval" --out "$work/no"
done
exits 2 'max-hours' -- $train --epochs 1 --max-hours 0 --out "$work/no"
exits 2 'there is no "wds"; did you mean wsd' -- $train --epochs 1 --schedule wds --out "$work/no"

# --- what is seen of it: tokens a second, and the time that is left of the whole run (a line each tenth of a second, so the run must be long enough for some) ---
if script -qec true /dev/null > /dev/null 2>&1; then
	script -qec "stty cols 80; '$NUNCHI' $train --epochs 20 --out '$work/seen'" /dev/null < /dev/null | tr '\r' '\n' > "$work/.out" 2> /dev/null
	check "the line has all of it" grep -Eq 'epoch [0-9]+ .* [0-9]+% [0-9]+/100 steps, [0-9]+ tokens/s, [0-9]+:[0-9]+ left, loss [0-9.]+$' "$work/.out"
else
	skip "no terminal can be had here (script is absent)"
fi
finish
