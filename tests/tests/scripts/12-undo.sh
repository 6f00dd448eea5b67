gatewayctl op list --who op2 --since 5m -o name | while read -r op; do gatewayctl op undo "$op" --dry-run; done
