import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an enclosure has, by hand: bubblewrap's namespaces and mounts, a writable layer over the stack, and a network for one service and a tap. */
const INSIDE = `set -e
stack=$1
mkdir /run/netns /run/layer
mount -t tmpfs layer /run/layer
mkdir /run/layer/data /run/layer/work
cd "$stack"
mount -t overlay stack -o lowerdir=.,upperdir=/run/layer/data,workdir=/run/layer/work,userxattr "$stack" || { cp -dR . /run/layer/data; mount --bind /run/layer/data "$stack"; }
ip -batch - <<END
link set lo up
netns add tap
netns add r1
link add tap type veth peer name eth0 netns tap
link add r1 type veth peer name eth0 netns r1
addr add 10.77.0.1 peer 10.77.0.2 dev tap
link set tap up
addr add 10.77.0.1 peer 10.77.1.1 dev r1
link set r1 up
route add 10.77.1.1 dev r1 table 1000
route add unreachable default table 1000
rule add iif tap lookup 1000 pref 1000
route add 10.77.0.2 dev tap table 1001
route add unreachable default table 1001
rule add iif r1 lookup 1001 pref 1001
END
plug() {
  nsenter --net="/run/netns/$1" -- ip -batch - <<END
link set lo up
addr add $2 peer 10.77.0.1 dev eth0
link set eth0 up
route add default via 10.77.0.1
END
}
plug tap 10.77.0.2 & first=$!
plug r1 10.77.1.1 & second=$!
wait $first
wait $second
`

/** Writes the shortest script that makes and closes what a run of `lab` opens, behind the same drop of root; returns its path. */
export function shortestScript(folder: string, lab: string): string {
  mkdirSync(join(folder, 'work'))
  writeFileSync(join(folder, 'inside.sh'), INSIDE)
  const walls = [
    'bwrap --unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent --new-session',
    '--uid 0 --gid 0 --cap-add ALL --hostname enclosure --ro-bind /usr /usr',
    '$(for link in bin sbin lib lib64; do [ -L /$link ] && echo --symlink usr/$link /$link || { [ ! -d /$link ] || echo --ro-bind /$link /$link; }; done)',
    '--proc /proc --dev /dev --size 67108864 --tmpfs /tmp --size 67108864 --tmpfs /run',
  ].join(' ')
  const plain = `exec ${walls} --ro-bind ${lab} ${lab} --bind ${folder}/work ${folder}/work --ro-bind ${folder}/inside.sh /inside.sh --chdir / -- sh /inside.sh ${lab}/stacks\n`
  // Root has to mount what the other user could not reach, and to become that user.
  const staged = `exec unshare --mount --propagation private -- sh -c '
mount -t tmpfs -o mode=755 stage /sys
mkdir /sys/lab /sys/work /sys/inside
mount --rbind ${lab} /sys/lab
mount --rbind ${folder}/work /sys/work
cp ${folder}/inside.sh /sys/inside/inside.sh
exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all -- ${walls} --ro-bind /sys/lab ${lab} --bind /sys/work ${folder}/work --ro-bind /sys/inside/inside.sh /inside.sh --chdir / -- sh /inside.sh ${lab}/stacks'\n`
  const script = join(folder, 'shortest.sh')
  writeFileSync(script, process.getuid?.() === 0 ? staged : plain)
  return script
}
