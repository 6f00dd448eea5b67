gatewayctl limit rejections --by client --window 1m -o jsonl | jq -r 'select(.rejected_per_s>100).client' |
  xargs -r -n1 -I{} gatewayctl block add {} --ttl 1h -m "auto: >100 rej/s" -y --dry-run
