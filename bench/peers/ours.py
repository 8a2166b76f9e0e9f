"""ionscape's bench_engine: runs, and the search for its fastest setting at a measured force error."""

import json
import os
import subprocess

import numpy as np

from referee import rms
from systems import PAIR_CUTOFF


class Failed(Exception):
    pass


class Ours:
    def __init__(self, program, folder, say):
        self.program, self.folder, self.say = program, folder, say
        self.identity = {}

    def run(self, system, asked, method, repeat, cores, exact_forces=None, limit=600):
        """asked: absolute rms force error in eV/Å. Seconds are the program's median."""
        forces = self.folder / "forces.txt"
        command = ["taskset", "-c", ",".join(map(str, cores)), str(self.program), "--structure", str(system.files["extxyz"]),
                   "--potential", str(system.files["toml"]), "--force-error", f"{asked:.6g}", "--method", method,
                   "--pair-cutoff", str(PAIR_CUTOFF), "--repeat", str(repeat), "--forces", str(forces), "--json"]
        environment = dict(os.environ, OMP_NUM_THREADS=str(len(cores)), OMP_PROC_BIND="close", OMP_PLACES="threads")
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=limit)
        except subprocess.TimeoutExpired as e:
            raise Failed(f"longer than {limit} s") from e
        if done.returncode != 0:
            raise Failed((done.stderr.strip() or f"exit code {done.returncode}")[-300:])
        try:
            found = json.loads(done.stdout[done.stdout.index("{"):])
        except ValueError as e:
            raise Failed("no JSON in its output") from e
        for key in ("commit", "compiler", "kokkos"):
            self.identity[key] = found.get(key)
        found["seconds"] = found.get("median", found["seconds_per_evaluation"])
        if exact_forces is not None:
            found["error"] = rms(np.loadtxt(forces).reshape(-1, 3) - exact_forces) / rms(exact_forces)
        return found

    def tune(self, system, exact_forces, target, core, tries=4):
        """Candidates (method, asked), fastest first, whose measured error is within the target."""
        scale = rms(exact_forces)
        good = {}
        for method in ("direct", "mesh") if system.ions <= 8000 else ("mesh",):
            asked, low, high = target, None, None
            for _ in range(tries):
                try:
                    found = self.run(system, asked * scale, method, 3 if system.ions > 2000 else 30, [core], exact_forces)
                except Failed as e:
                    self.say(f"    ionscape {method} {asked:.1e}: no: {e}")
                    break
                self.say(f"    ionscape {method:6s} asked {asked:.2e}   error {found['error']:.2e}  {found['seconds']:.3e} s")
                if found["error"] <= target:
                    low = asked
                    good[(method, asked)] = found
                    if found["error"] > 0.6 * target:
                        break
                else:
                    high = asked
                if low and high:
                    if high / low < 1.3:
                        break
                    asked = (low * high) ** 0.5
                else:
                    ratio = target / max(found["error"], 1e-16)
                    asked *= min(10, 0.9 * ratio) if low else max(1e-3, 0.7 * ratio)
        return sorted(good.items(), key=lambda p: p[1]["seconds"])
