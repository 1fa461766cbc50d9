# serve_test.sh - nunchi serve: the bits of predict, limits, hostile requests, a stop that loses nothing.
. "$(dirname "$0")/lib.sh"

if ! command -v curl > /dev/null; then
	skip "no curl"
	finish
fi
curl() { command curl -s --max-time 60 "$@"; }

printf 'text\tlabel\n' > "$work/train.tsv"
i=0
while [ $i -lt 20 ]; do
	printf '정말 행복한 날이다 %d\t기쁨\n너무 슬퍼서 눈물이 난다 %d\t슬픔\n' $i $i >> "$work/train.tsv"
	i=$((i + 1))
done
run train --preset ngram --train "$work/train.tsv" --out "$work/model" --quiet
[ "$status" -eq 0 ] || bad "training a small model"

# start arguments...: the server in the background; $port, $server
start() {
	: > "$work/.log"
	$reached "$NUNCHI" serve --model "$work/model" --listen 127.0.0.1:0 "$@" > "$work/.served" 2> "$work/.log" &
	server=$!
	port=
	tries=0
	while [ -z "$port" ] && [ $tries -lt 300 ]; do
		port=$(sed -n 's#.*http://127.0.0.1:\([0-9]*\)/.*#\1#p' "$work/.log")
		[ -n "$port" ] || sleep 0.1
		tries=$((tries + 1))
	done
	url=http://127.0.0.1:$port
}
stop() {
	kill -TERM "$server" 2> /dev/null
	wait "$server"
	status=$?
}

exits 2 'other machines could reach' -- serve --model "$work/model" --listen 0.0.0.0:0
exits 2 'an address and a port' -- serve --model "$work/model" --listen nowhere
exits 2 'an address and a port' -- serve --model "$work/model" --listen 127.0.0.1:99999

start --max-body 4000 --queue 50
# the same answers as predict, to the byte
cut -f 1 "$work/train.tsv" | tail -n +2 | head -n 30 > "$work/lines.txt"
printf 'say "hi" \\ back\n\n행복\n' >> "$work/lines.txt"
"$NUNCHI" predict --model "$work/model" --logits "$work/lines.txt" > "$work/want" 2> /dev/null
: > "$work/got"
while IFS= read -r line; do
	escaped=$(printf '%s' "$line" | sed 's/[\\"]/\\&/g')
	printf '{"text":"%s","logits":true}' "$escaped" | curl --data-binary @- "$url/predict" >> "$work/got"
done < "$work/lines.txt"
check "one text a request: predict's lines" cmp "$work/got" "$work/want"
{
	printf '{"logits":true,"texts":['
	sed 's/[\\"]/\\&/g; s/.*/"&"/' "$work/lines.txt" | paste -s -d , -
	printf ']}'
} > "$work/many.json"
{
	printf '{"answers":['
	paste -s -d , "$work/want" | tr -d '\n'
	printf ']}\n'
} > "$work/want.many"
curl --data-binary "@$work/many.json" "$url/predict" > "$work/got.many"
check "many texts a request" cmp "$work/got.many" "$work/want.many"
curl -H 'Transfer-Encoding: chunked' --data-binary "@$work/many.json" "$url/predict" > "$work/got.many"
check "in chunks" cmp "$work/got.many" "$work/want.many"

# answers 'STATUS' 'ERE of the body' curl-arguments...
answers() {
	want=$1 pattern=$2
	shift 2
	code=$(curl -o "$work/.out" -w '%{http_code}' "$@")
	if [ "$code" = "$want" ] && grep -Eq -- "$pattern" "$work/.out"; then good; else bad "curl $*: $code, wanted $want, $pattern"; fi
}
answers 200 '"status":"ok"' "$url/health"
answers 200 '^nunchi_texts_total 99$' "$url/metrics"
answers 200 '<title>nunchi' "$url/"
answers 404 'there are' "$url/else"
answers 405 'POST' "$url/predict"
answers 405 'GET' -d x "$url/health"
answers 400 'request:1:' -d '{"text":' "$url/predict"
answers 400 'an object' -d '[1]' "$url/predict"
answers 400 'a text is' -d '{"text":1}' "$url/predict"
answers 400 'a text is' -d '{"texts":[1]}' "$url/predict"
answers 200 '^\{"answers":\[\]\}$' -d '{"texts":[]}' "$url/predict"
answers 403 'localhost' -H 'Host: evil.example' "$url/health"
answers 200 ok -H 'Host: localhost:1' "$url/health"
head -c 5000 /dev/zero | tr '\0' a > "$work/large"
answers 413 'Too Large' --data-binary "@$work/large" "$url/predict"
awk 'BEGIN { printf "{\"texts\":["; for (i = 0; i < 51; i++) printf "%s\"a\"", i ? "," : ""; printf "]}" }' > "$work/crowd"
answers 413 'several requests' --data-binary "@$work/crowd" "$url/predict"
check "HEAD has no body" sh -c "command curl -s --max-time 20 -I $url/health | grep -q 'Content-Length'"
check "a connection serves twice" sh -c "command curl -sv --max-time 20 $url/health $url/health 2>&1 | grep -qi 're-using'"

# what no honest client sends, and what many honest ones do; the server's memory does not grow by it: the first lot is for what is kept for later
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status" 2> /dev/null; }
hostile=500 seconds=2
[ "${NUNCHI_TESTS:-}" = long ] && hostile=10000 seconds=600
hostile=${SERVE_HOSTILE:-$hostile} seconds=${SERVE_SOAK:-$seconds}
if compile tests/bench/load.c load -D_GNU_SOURCE; then
	check "hostile requests" "$work/load" "$port" hostile 100 5
	check "load" "$work/load" "$port" 16 1 "$work/lines.txt"
	first=$(memory)
	"$work/load" "$port" hostile "$hostile" 7 > "$work/.out" 2> "$work/.err" && held=$hostile || held=0
	tally "hostile connections to a server" "$hostile" $held
	"$work/load" "$port" 16 "$seconds" "$work/lines.txt" > "$work/.out" 2> "$work/.err"
	check "load" test $? -eq 0
	tally "requests to a server in $seconds s" $(sed -n 's/^\([0-9]*\) requests .*; wrong: \([0-9]*\)$/\1 \2/p' "$work/.out" | awk '{ print $1 + $2, $1 }')
	last=$(memory)
	if [ -n "$first" ] && ! checked; then
		echo "memory: $first kB, then $last kB after $hostile hostile connections and $seconds s of load"
		# sixteen connections may hold 64 kB each of what came together while the server had no processor: that is kept, and no leak, which grows with the requests
		check "its memory stays ($first kB, then $last kB)" test "$last" -le $((first + first / 20 + 512 + 16 * 64))
	else
		skip "memory: nobody tells how much a process has"
	fi
else
	skip "no C compiler for the load generator"
fi
stop
[ "$status" -eq 0 ] && good || { cp "$work/.log" "$work/.err"; bad "SIGTERM ends it with 0, not $status"; }
grep -q 'texts were answered' "$work/.log" && good || bad "it says how many were answered"

# a full queue: two requests come while the server stands still, so that it sees both before it computes either; the second finds no room
if command -v bash > /dev/null; then
	start --queue 2
	cat > "$work/two" <<'END'
body='{"texts":["가","나"]}'
ask() { printf 'POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' "$(printf %s "$body" | wc -c)" "$body"; }
kill -STOP "$2"
exec 3<> "/dev/tcp/127.0.0.1/$1" 4<> "/dev/tcp/127.0.0.1/$1"
ask >&3
ask >&4
kill -CONT "$2"
timeout 60 cat <&3
timeout 60 cat <&4
END
	bash "$work/two" "$port" "$server" > "$work/.out" 2>&1
	sed -i 's/\r$//' "$work/.out"
	check "of two requests one is answered" test "$(grep -c '^HTTP/1.1 200 OK' "$work/.out")" -eq 1
	check "and one is turned away: 503" test "$(grep -c '^HTTP/1.1 503 Service Unavailable' "$work/.out")" -eq 1
	check "which says when to come again" grep -q '^Retry-After: 1' "$work/.out"
	answers 200 '^nunchi_turned_away_total 1$' "$url/metrics"
	answers 200 '"answers"' -d '{"texts":["가","나"]}' "$url/predict"
	stop
else
	skip "no bash for sockets"
fi

# a slow request is answered with 408, and an idle connection ends
start --request-timeout 0.5 --idle-timeout 0.5
if command -v bash > /dev/null; then
	check "a request that does not come whole: 408" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; printf 'GET / HT' >&3; timeout 20 head -n 1 <&3 | grep -q ' 408 '"
	check "an idle connection ends" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; timeout 20 cat <&3"
else
	skip "no bash for sockets"
fi
stop

# nothing is lost by a stop: what was computed has reached whoever asked
start
{
	printf '{"texts":['
	awk 'BEGIN { for (i = 0; i < 2000; i++) printf "%s\"행복한 날 %d\"", i ? "," : "", i }'
	printf ']}'
} > "$work/long.json"
asked=
for i in 1 2 3 4 5 6 7 8; do
	curl --data-binary "@$work/long.json" "$url/predict" > "$work/answer.$i" &
	asked="$asked $!"
done
tries=0
until [ "$(curl "$url/metrics" | sed -n 's/^nunchi_connections_total //p')" -ge $((9 + tries)) ] || [ $tries -gt 100 ]; do tries=$((tries + 1)); done
kill -TERM "$server"
for i in $asked; do wait "$i"; done
wait "$server"
status=$?
whole=$(grep -l '"text":"행복한 날 1999"' "$work"/answer.* | wc -l)
counted=$(sed -n 's/.*ended; \([0-9]*\) texts.*/\1/p' "$work/.log")
[ "$counted" = $((2000 * whole)) ] && [ "$status" -eq 0 ] && good || bad "after SIGTERM $counted texts were computed, and $whole answers of 2,000 came; status $status"
finish
