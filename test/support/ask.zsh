# What an interactive zsh offers for each line: ask.zsh SCRIPT LINE… prints `LINE<tab>OFFER` for each offer.
zmodload zsh/zpty
zpty shell zsh -f -i
setup=$(mktemp)
cat >$setup <<'SETUP'
PROMPT=
autoload -U compinit && compinit -u -D
# Nothing is ever executed.
bindkey '^M' undefined-key
bindkey '^J' undefined-key
compadd() {
  local -a offers
  builtin compadd -A offers "$@"
  (( $#offers )) && print -rl -- '' OFFER$^offers
  return 1
}
answered() { print -r -- '' ANSWERED; comppostfuncs=(answered) }
comppostfuncs=(answered)
source $SCRIPT
print READY
SETUP
zpty -w shell "SCRIPT=$1; source $setup"
zpty -r shell output '*READY*'
for line in "${@:2}"; do
  zpty -w -n shell $'\C-u'"$line"$'\t'
  zpty -r shell output '*ANSWERED*'
  for offer in ${(M)${(f)${output//$'\r'}}:#OFFER*}; do print -r -- "$line"$'\t'"${offer#OFFER}"; done
done
rm -f $setup
