# Read one line; say what it was and which address it came from.
read -r text
caller=$(netstat -tn | awk '$6 == "ESTABLISHED" || $6 == "CLOSE_WAIT" {
  sub("^::ffff:", "", $5); sub(":[0-9]+$", "", $5); print $5; exit }')
echo "$(hostname) heard '$text' from $caller"
