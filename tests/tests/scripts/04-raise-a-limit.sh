gatewayctl limit simulate per-ip-global --rate 80/second --window 5m
gatewayctl limit set per-ip-global --rate 80/second --burst 160 --ttl 30m -m "inc-4412" -y
