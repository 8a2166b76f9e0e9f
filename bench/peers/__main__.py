"""Side by side: ionscape, LAMMPS and pymatgen at equal measured force error. Called by scripts/bench-peers."""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

import lammps
import pymatgen_ewald
import referee
import systems
from ours import Failed, Ours

CUTOFFS = (6.0, 8.0, 10.0, 12.0)


def say(line=""):
    print(line, flush=True)


def duration(seconds):
    if seconds is None:
        return "-"
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            break
    return f"{seconds / size:.3g} {unit}"


def command_output(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def machine():
    fields = {}
    for line in (command_output("lscpu") or "").splitlines():
        key, _, value = line.partition(":")
        fields[key.strip()] = value.strip()
    return {"model": fields.get("Model name"), "cores": os.cpu_count(), "architecture": fields.get("Architecture"),
            "L2": fields.get("L2 cache"), "L3": fields.get("L3 cache"), "load_at_start": os.getloadavg()[0]}


class Bench:
    def __init__(self, options):
        self.o = options
        self.out = Path(options.out)
        self.inputs = self.out / "systems"
        self.work = self.out / "runs"
        self.work.mkdir(parents=True, exist_ok=True)
        cores = sorted(os.sched_getaffinity(0))
        self.threads = [t for t in options.threads if t <= len(cores)]
        for t in set(options.threads) - set(self.threads):
            say(f"bench-peers: {t} threads left out, there are {len(cores)} cores")
        self.cores = {t: cores[:t] for t in self.threads}
        self.one = cores[0]
        self.ours = Ours(options.engine, self.work, say) if options.engine else None
        self.rows, self.searches, self.systems = [], {}, {}

    def system(self, size):
        if size not in self.systems:
            s = systems.make_system(size)
            systems.write_files(s, self.inputs)
            energy, forces = referee.cached(s, self.inputs)
            self.systems[size] = s, energy, forces
        return self.systems[size]

    def search(self, size, target):
        """A LAMMPS search that knows the target for this size."""
        s, _, forces = self.system(size)
        if size not in self.searches:
            self.searches[size] = lammps.Search(s, forces, self.one, self.work / s.name, say)
            self.searches[size].done = set()
        search = self.searches[size]
        if target not in search.done:
            search.done.add(target)
            say(f"  LAMMPS on {s.name}, class {target:g}: settings, on one core")
            if s.ions <= 8000:
                search.scan(target, (8.0, 10.0) if self.o.quick else CUTOFFS)
            elif s.ions <= 64000:
                search.follow(self.search("8000", target), target, 1 if self.o.quick else 3, 3)
            else:
                search.follow(self.search("64000", target), target, 1, 2)
        return search

    def our_settings(self, system, forces, target):
        if not self.ours:
            return []
        say(f"  ionscape on {system.name}, class {target:g}: settings, on one core")
        return self.ours.tune(system, forces, target, self.one, 2 if self.o.quick else 4)[:2]

    def our_time(self, system, setting, cores, guess, forces=None):
        method, asked = setting
        scale = referee.rms(self.exact_of(system))
        repeat = int(min(2000, max(3, 0.5 / max(guess, 1e-6))))
        return self.ours.run(system, asked * scale, method, repeat, cores, forces)

    def exact_of(self, system):
        return np.load(self.inputs / f"{system.name}.exact.npz")["forces"]

    def row(self, system, target, peer):
        row = {"system": system.name, "ions": system.ions, "class": target, "peer": peer, "peer_candidates": [],
               "our_candidates": [], "threads": {}, "lammps_cpu_share": []}
        self.rows.append(row)
        return row

    def finish_row(self, row, system, forces, peers, ours, time_peer, rounds):
        """The clocks: peers' and our candidates in turn, round after round, minima kept."""
        for t in self.threads:
            best_peer, best_our = {}, {}
            for _ in range(rounds):
                for label, setting, known in peers:
                    if row["peer"] == "pymatgen" and t > 1:
                        continue
                    try:
                        found = time_peer(setting, self.cores[t], known)
                        best_peer[label] = min(best_peer.get(label, np.inf), found)
                    except (lammps.Failed, RuntimeError) as e:
                        say(f"    {label} on {t}: no: {e}")
                for setting, known in ours:
                    try:
                        found = self.our_time(system, setting, self.cores[t], known["seconds"] / t)
                        best_our[setting] = min(best_our.get(setting, np.inf), found["seconds"])
                    except Failed as e:
                        say(f"    ionscape {setting} on {t}: no: {e}")
            entry = {}
            if best_peer:
                label = min(best_peer, key=best_peer.get)
                entry.update(peer_seconds=best_peer[label], peer_setting=label,
                             peer_error=next(k["error"] for l, _, k in peers if l == label), peer_all=dict(best_peer))
                if row["peer"] == "LAMMPS":
                    setting, known = next((s, k) for l, s, k in peers if l == label)
                    entry["peer_forces_only_seconds"] = time_peer(setting, self.cores[t], known, True)
            if best_our:
                setting = min(best_our, key=best_our.get)
                known = dict(ours)[setting]
                entry.update(our_seconds=best_our[setting], our_setting=f"{setting[0]} {setting[1]:.1e}",
                             our_error=known["error"], our_all={f"{m} {a:.2e}": v for (m, a), v in best_our.items()},
                             our_cold_seconds=known.get("cold_seconds"))
            row["threads"][t] = entry
        row["load_after"] = os.getloadavg()[0]
        self.write()

    def lammps_rows(self):
        for size in self.o.sizes:
            system, energy, forces = self.system(size)
            for target in systems.classes_of(size):
                row = self.row(system, target, "LAMMPS")
                search = self.search(size, target)
                best = search.best(target, 3 if system.ions <= 8000 else 2)
                row["scanned"] = [{"setting": s.text(), "error": f["error"], "seconds": f["seconds"]}
                                  for s, f in search.seen.items() if f]
                if not best:
                    say(f"  LAMMPS did not reach {target:g} on {system.name} with the settings tried")
                row["peer_candidates"] = [dict(search.seen[s], setting=s.text()) for s in best]
                for candidate in row["peer_candidates"]:
                    candidate["energy_error"] = candidate["energy"] - energy
                ours = self.our_settings(system, forces, target)
                row["our_candidates"] = [dict(f, method=m, asked=a) for (m, a), f in ours]

                last = {}

                def time_peer(setting, cores, known, forces_only=False):
                    steps = int(min(2000, max(1, 0.15 / last.get((setting, len(cores)), known["seconds"]))))
                    blocks = 4 if system.ions <= 8000 else 3
                    found = lammps.run(system, setting, steps, cores, self.work / system.name, blocks, False, forces_only)
                    row["lammps_cpu_share"].append(found["cpu_share"])
                    last[setting, len(cores)] = found["seconds"]
                    return found["seconds"]

                rounds = 2 if self.o.quick or system.ions > 8000 else 4
                self.finish_row(row, system, forces, [(s.text(), s, search.seen[s]) for s in best], ours, time_peer, rounds)
                self.show([row])

    def pymatgen_rows(self):
        for size in self.o.sizes:
            if size not in ("small", "1000") or (size == "1000" and self.o.quick):
                continue
            system = self.system(size)[0].with_coulomb_only()
            systems.write_files(system, self.inputs)
            forces = referee.cached(system, self.inputs)[1]
            say(f"  pymatgen on {system.name}: settings, one core")
            jobs = []
            default = pymatgen_ewald.run(system, forces, self.one, 12.0, 1.0, 3 if system.ions < 100 else 1)
            say(f"    pymatgen default   error {default['error']:.2e}  {default['seconds']:.3e} s")
            # Ours is compared with the default at its own error, but not below 1e-12.
            jobs.append((max(1e-12, float(f"{default['error']:.1g}")), dict(default, default=True)))
            for target in systems.classes_of(size):
                if system.ions < 100:
                    found = pymatgen_ewald.tune(system, forces, self.one, target, say)
                else:
                    found = pymatgen_ewald.tune(system, forces, self.one, target, say, (0.2, 0.5), 2)
                if found:
                    jobs.append((target, found))
            for target, found in jobs:
                row = self.row(system, target, "pymatgen")
                row["peer_candidates"] = [found]
                ours = self.our_settings(system, forces, target)
                row["our_candidates"] = [dict(f, method=m, asked=a) for (m, a), f in ours]
                label = pymatgen_ewald.text(found) + (" (default)" if found.get("default") else "")
                long = found["seconds"] > 5

                def time_peer(setting, cores, known):
                    if long:
                        return known["seconds"]  # measured once
                    return pymatgen_ewald.run(system, forces, cores[0], known["acc_factor"], known["splitting"], 5)["seconds"]

                self.finish_row(row, system, forces, [(label, None, found)], ours, time_peer, 1 if long else 3)
                self.show([row])

    def table(self, rows):
        head = ["system", "ions", "class", "peer", "setting", "error", *[f"{t} core{'s' * (t > 1)}" for t in self.threads],
                "ionscape", "error", *[f"{t} core{'s' * (t > 1)}" for t in self.threads],
                *[f"ratio {t}" for t in self.threads]]
        lines = [head]
        for row in rows:
            entries = [row["threads"].get(t, {}) for t in self.threads]
            first = entries[0] if entries else {}
            get = lambda e, k, f=str: f(e[k]) if e.get(k) is not None else "-"
            error = lambda x: f"{x:.1e}"
            ratio = lambda e: (f"{e['peer_seconds'] / e['our_seconds']:.2f}"
                               if "peer_seconds" in e and "our_seconds" in e else "-")
            lines.append([row["system"], str(row["ions"]), f"{row['class']:g}", row["peer"], get(first, "peer_setting"),
                          get(first, "peer_error", error), *[duration(e.get("peer_seconds")) for e in entries],
                          get(first, "our_setting"), get(first, "our_error", error),
                          *[duration(e.get("our_seconds")) for e in entries], *[ratio(e) for e in entries]])
            for t, e in zip(self.threads[1:], entries[1:]):
                other = [e.get(k) if e.get(k) != first.get(k) else None for k in ("peer_setting", "our_setting")]
                if any(other):
                    gap = len(self.threads)
                    lines.append(["", "", "", f"  on {t}:", other[0] or "", get(e, "peer_error", error) if other[0] else "",
                                  *[""] * gap, other[1] or "", get(e, "our_error", error) if other[1] else "", *[""] * 2 * gap])
            alone = [e.get("peer_forces_only_seconds") for e in entries]
            if any(alone):
                lines.append([""] * 4 + ["  forces alone", "", *map(duration, alone)] + [""] * (2 + 2 * len(entries)))
        width = [max(len(l[c]) for l in lines) for c in range(len(head))]
        return "\n".join("  ".join(x.ljust(w) for x, w in zip(l, width)).rstrip() for l in lines)

    def show(self, rows):
        say(self.table(rows))
        say()

    def write(self):
        self.about["ionscape"] = dict(self.ours.identity) if self.ours else None
        text = json.dumps({**self.about, "results": self.rows}, indent=1, default=lambda x: x.tolist())
        (self.out / "peers.json").write_text(text + "\n")

    def run(self):
        o = self.o
        here = Path(__file__).resolve().parents[2]
        self.about = {
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "machine": machine(),
            "commit": command_output("git", "-C", str(here), "describe", "--always", "--dirty"),
            "lammps": lammps.version() if o.lammps else None,
            "pymatgen": pymatgen_ewald.version() if o.pymatgen else None,
            "numpy": np.__version__, "threads": self.threads,
            "what": {
                "error": "rms over ions of |F - F_exact| / rms of |F_exact|; F_exact from bench/peers/referee.py, another code",
                "class": "the bound on that error; of each code the fastest setting tried that keeps it",
                "lammps_seconds": "loop time / N of `run N`: energy, forces and virial each step, neighbour list kept (skin "
                                  f"{lammps.SKIN} Å), no ion moves, one MPI rank per core; fastest of the blocks and rounds",
                "peer_forces_only_seconds": "the same without energy and virial",
                "pymatgen_seconds": "one EwaldSummation with forces and energy, Coulomb only; fastest",
                "ionscape_seconds": "energy, forces, stress and site potentials: median of the repeated evaluations in a run (lists and tables kept), fastest of the rounds",
                "pair_terms": f"plain truncation at {systems.PAIR_CUTOFF} Å in every code",
                "ratio": "the peer's seconds / ionscape's",
            },
        }
        if "small" in o.sizes and not o.quick:
            system = self.system("small")[0]
            self.about["referee_check"] = dict(zip(("forces", "energy"), referee.check(system)))
            say(f"referee: two splittings, sum and mesh agree to {self.about['referee_check']['forces']:.1e} in forces\n")
        if o.lammps:
            self.lammps_rows()
        if o.pymatgen:
            self.pymatgen_rows()
        self.write()
        text = self.table(self.rows)
        (self.out / "peers.txt").write_text(text + "\n")
        m = self.about["machine"]
        say(f"{m['model']}, {m['cores']} cores, load {m['load_at_start']:.1f} at the start; LAMMPS "
            f"{self.about['lammps'] and self.about['lammps']['version']}, pymatgen {self.about['pymatgen']}, ionscape "
            f"{self.about['commit']} ({(self.about['ionscape'] or {}).get('kokkos')})")
        say(text)
        load = max(r.get("load_after", 0) for r in self.rows)
        if load > max(self.threads) + 1:
            say(f"\nNot a quiet machine: the load reached {load:.1f}; do not quote these times")
        say(f"\nseconds of one evaluation; class = bound on the measured relative rms force error; ratio = peer / ionscape\n"
            f"written: {self.out / 'peers.json'}, {self.out / 'peers.txt'}")


def main():
    parser = argparse.ArgumentParser(prog="bench-peers", add_help=False)
    parser.add_argument("--only", choices=("lammps", "pymatgen"))
    parser.add_argument("--sizes", default=None)
    parser.add_argument("--threads", default="1,4")
    parser.add_argument("--out", required=True)
    parser.add_argument("--engine", default=None)
    parser.add_argument("--quick", action="store_true")
    o = parser.parse_args()
    o.sizes = (o.sizes or ("small,1000,8000" if o.quick else ",".join(systems.SIZES))).split(",")
    for size in o.sizes:
        if size not in systems.SIZES:
            sys.exit(f"bench-peers: unknown size '{size}'; there are {', '.join(systems.SIZES)}")
    try:
        o.threads = [int(t) for t in o.threads.split(",")]
        if min(o.threads) < 1:
            raise ValueError
    except ValueError:
        sys.exit(f"bench-peers: --threads: a list of positive numbers was expected, not '{o.threads}'")
    o.out = os.path.abspath(o.out)
    have_lammps = lammps.program() is not None and (o.threads == [1] or shutil.which("mpirun") is not None)
    have_pymatgen = pymatgen_ewald.version() is not None
    o.lammps = o.only != "pymatgen" and have_lammps
    o.pymatgen = o.only != "lammps" and have_pymatgen
    if not o.lammps and not o.pymatgen:
        sys.exit("bench-peers: no peer to run")
    Bench(o).run()


if __name__ == "__main__":
    main()
