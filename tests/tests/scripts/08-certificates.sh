out=$(gatewayctl cert check --warn 14d --crit 3d 2>&1); case $? in 0) echo "OK $out";; 3) echo "CRITICAL $out"; exit 2;; *) echo "UNKNOWN $out"; exit 3;; esac
