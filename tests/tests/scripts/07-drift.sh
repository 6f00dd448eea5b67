gatewayctl config diff -o json > drift.json || { [ $? -eq 3 ] && mail -s "edge drift" ops@example.com < drift.json; }
