# The commands of docs/operations.md on a machine where the service runs.
guide "curl -s http://127.0.0.1:8787/health/ready"
guide_for 5 '^{\|: {' "journalctl -u monitord -f"
guide "monitord check /etc/monitord/suite.yaml"
holds "routes are printed" monitord routes -c "$suite"
holds "a destination is tried" sh -c 'echo heard | monitord test-destination ward -c /etc/monitord/suite.yaml'
holds "settings are read again" sudo systemctl reload monitord
guide 'monitord people add "B. Example" --role nurse -c /etc/monitord/suite.yaml'
guide "monitord people list -c /etc/monitord/suite.yaml"
guide 'monitord people reset "B. Example" -c /etc/monitord/suite.yaml'
guide 'monitord people disable "B. Example" -c /etc/monitord/suite.yaml'
guide "monitord people token wallboard --role viewer --days 90 -c /etc/monitord/suite.yaml"
for signal in KILL STOP; do
    before=$(property MainPID)
    began=$(date +%s)
    systemctl kill -s "$signal" --kill-whom=main monitord.service
    holds "$signal: another process is ready" within 90 another
    echo "        after $(($(date +%s) - began)) s"
done
holds "the watcher runs" systemctl is-active monitord-watcher.service
holds "the watcher lives in the daemon's eyes" test -s /run/monitord-watcher/state
holds "a backup is made by its unit" systemctl start monitord-backup.service
holds "a notice is given" systemctl start monitord-notice@monitord.service
mkdir -p /media/stick
chown monitord /media/stick
guide "sudo -u monitord monitord backup -c /etc/monitord/suite.yaml /media/stick/journal.db"
holds "explain says what is known" sudo -u monitord monitord explain --bed 1 -c "$suite"
guide "sudo systemctl stop monitord"
guide "sudo -u monitord monitord restore /media/stick/journal.db -c /etc/monitord/suite.yaml --replace"
guide "sudo -u monitord monitord retention -c /etc/monitord/suite.yaml --days 2200"
guide "sudo systemctl start monitord"
holds "ready again" within 60 is_ready
holds "the chain holds" sudo -u monitord monitord verify -c "$suite"
