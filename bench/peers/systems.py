"""The systems, made once and written as files that every code reads: extended XYZ, potential sets, LAMMPS data."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

K_E = 14.39964547842567  # eV Å e^-2, CODATA 2018; ours
K_E_LAMMPS = 14.399645  # qqr2e of units metal; charges are scaled so that both codes have the same k_e q^2
PAIR_CUTOFF = 8.0  # Å, plain truncation, in every code
SIZES = ("small", "1000", "8000", "64000", "216000")


@dataclass
class System:
    name: str
    note: str
    lengths: np.ndarray  # Å, orthorhombic
    species: list  # names in the order of their types
    charges: np.ndarray  # e, by type
    types: np.ndarray  # (n), from 0
    positions: np.ndarray  # Å, (n, 3)
    pairs: dict  # (type, type) -> (A eV, rho Å, C eV Å^6)
    files: dict = field(default_factory=dict)

    @property
    def ions(self):
        return len(self.types)

    def with_coulomb_only(self):
        return System(self.name + "-coulomb", "charges only", self.lengths, self.species, self.charges, self.types,
                      self.positions, {}, {})


def rocksalt(cells, a):
    one = np.array([[0, 0, 0], [0, .5, .5], [.5, 0, .5], [.5, .5, 0], [.5, .5, .5], [.5, 0, 0], [0, .5, 0], [0, 0, .5]])
    grid = np.stack(np.meshgrid(*[np.arange(cells)] * 3, indexing="ij"), -1).reshape(-1, 1, 3)
    positions = ((grid + one) * a).reshape(-1, 3)
    return positions, np.tile([0] * 4 + [1] * 4, cells**3)


def make_system(size):
    """size: 'small' or the number of ions of an MgO cell."""
    if size == "small":
        # The model cell of the maps: 2x2x2 fcc of 32 O at 20 Å^3 each and one Li at a Tet centre. Charges -1 and +1: the
        # cell has a net charge, and the uniform background that every Ewald code here adds does not act on forces.
        a = (4 * 20.0) ** (1 / 3)
        one = np.array([[0, 0, 0], [0, .5, .5], [.5, 0, .5], [.5, .5, 0]])
        grid = np.stack(np.meshgrid(*[np.arange(2)] * 3, indexing="ij"), -1).reshape(-1, 1, 3)
        positions = np.vstack([((grid + one) * a).reshape(-1, 3), [[.25 * a] * 3]])
        positions += np.random.default_rng(33).normal(0, 0.1, positions.shape)
        return System("li_o32", "32 O (-1 e) fcc, one Li (+1 e) near Tet, displaced 0.1 Å; charged cell with background",
                      np.full(3, 2 * a), ["O", "Li"], np.array([-1.0, 1.0]), np.array([0] * 32 + [1]), positions,
                      {(0, 0): (22764.3, 0.149, 27.88), (0, 1): (5070.0, 0.223, 63.8)})
    cells = round((int(size) / 8) ** (1 / 3))
    a = 4.1983
    positions, types = rocksalt(cells, a)
    positions = positions + np.random.default_rng(cells).normal(0, 0.1, positions.shape)
    return System(f"mgo_{len(types)}", f"MgO rock salt, {cells}^3 cells, displaced 0.1 Å, Lewis-Catlow, charges +-2 e",
                  np.full(3, cells * a), ["Mg", "O"], np.array([2.0, -2.0]), types, positions,
                  {(0, 1): (1428.5, 0.2945, 0.0), (1, 1): (22764.3, 0.149, 27.88)})


def classes_of(size):
    """Bounds on the relative rms force error. On more ions LAMMPS would need seconds for 1e-10: its real-space sum ends at
    about 1e-7, and only splittings that leave next to nothing in real space get below."""
    return (1e-4, 1e-6, 1e-10) if size == "small" else (1e-4, 1e-6)


def write_files(system, folder: Path):
    """NAME.extxyz, NAME.toml (the potential set), NAME.data (LAMMPS); the paths go into system.files."""
    folder.mkdir(parents=True, exist_ok=True)
    # Every code starts from the same doubles: inside the cell, 17 digits.
    system.positions = system.positions % system.lengths
    files = {k: folder / f"{system.name}.{k}" for k in ("extxyz", "toml", "data")}
    system.files = files
    lx, ly, lz = (f"{x:.17g}" for x in system.lengths)
    rows = [" ".join(f"{x:.17g}" for x in r) for r in system.positions]
    q = system.charges
    with open(files["extxyz"], "w") as f:
        f.write(f'{system.ions}\nLattice="{lx} 0 0 0 {ly} 0 0 0 {lz}" '
                'Properties=species:S:1:pos:R:3:initial_charges:R:1 pbc="T T T"\n')
        f.writelines(f"{system.species[t]} {r} {q[t]:.17g}\n" for t, r in zip(system.types, rows))
    with open(files["toml"], "w") as f:
        f.write(f'name = "{system.name}"\nsource = """{system.note}"""\ncutoff = {PAIR_CUTOFF}\n\n[charges]\n')
        f.writelines(f"{s} = {x!r}\n" for s, x in zip(system.species, q.tolist()))
        for (i, j), (A, rho, C) in system.pairs.items():
            f.write(f'\n[[pair]]\nspecies = ["{system.species[i]}", "{system.species[j]}"]\nform = "buckingham"\n'
                    f"A = {A!r}\nrho = {rho!r}\nC = {C!r}\n")
    scale = np.sqrt(K_E / K_E_LAMMPS)
    with open(files["data"], "w") as f:
        f.write(f"{system.note}; charges times sqrt({K_E} / {K_E_LAMMPS})\n\n{system.ions} atoms\n"
                f"{len(system.species)} atom types\n\n0 {lx} xlo xhi\n0 {ly} ylo yhi\n0 {lz} zlo zhi\n\nMasses\n\n")
        f.writelines(f"{t + 1} 16.0\n" for t in range(len(system.species)))
        f.write("\nAtoms # charge\n\n")
        f.writelines(f"{i + 1} {t + 1} {q[t] * scale:.17g} {r}\n" for i, (t, r) in enumerate(zip(system.types, rows)))
