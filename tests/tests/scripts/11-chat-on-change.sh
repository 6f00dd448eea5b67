gatewayctl event tail --kind health,limit -o jsonl | while read -r e; do jq -r '"\(.time) \(.target) \(.what)"' <<<"$e" | ./notify; done
