"""The exact forces: an Ewald sum in numpy that shares no code with ours, LAMMPS or pymatgen.

Real space by a tree and scipy's erfc. Reciprocal space directly for few ions, else on a mesh: spreading with the
exponential of a semicircle (Barnett, Magland, af Klinteberg, SIAM J. Sci. Comput. 41, C479 (2019)) on twice the needed
mesh, its Fourier transform divided out, derivatives in reciprocal space. Two splittings must agree, see check().
"""

import numpy as np
import scipy.fft
from scipy.spatial import cKDTree
from scipy.special import erfc

from systems import K_E, PAIR_CUTOFF

DIGITS = 5.6  # erfc(5.6) = 2e-15: x = alpha r_cut = k_cut / (2 alpha)
WIDTH = 14  # mesh points that an ion spreads over, along each axis


def pair_table(system):
    n = len(system.species)
    table = np.zeros((3, n, n))
    table[1] = 1.0
    for (i, j), (A, rho, C) in system.pairs.items():
        table[:, i, j] = table[:, j, i] = A, rho, C
    return table


def real_space(system, alpha):
    x, L, q = system.positions, system.lengths, system.charges[system.types]
    cutoff = max(DIGITS / alpha, PAIR_CUTOFF if system.pairs else 0)
    images = [x]
    source = [np.arange(system.ions)]
    reach = np.ceil(cutoff / L).astype(int)
    for shift in np.ndindex(*(2 * reach + 1)):
        s = (np.array(shift) - reach) * L
        if not s.any():
            continue
        y = x + s
        near = np.all((y > -cutoff) & (y < L + cutoff), axis=1)
        images.append(y[near])
        source.append(np.nonzero(near)[0])
    images, source = np.vstack(images), np.concatenate(source)
    A, rho, C = pair_table(system)
    tree = cKDTree(images)
    forces = np.zeros_like(x)
    energy = 0.0
    chunk = max(1, min(2000, int(4e6 / (4.2 * cutoff**3 * system.ions / L.prod() + 1))))
    for first in range(0, system.ions, chunk):
        part = x[first:first + chunk]
        found = cKDTree(part).sparse_distance_matrix(tree, cutoff, output_type="ndarray")
        i, j = found["i"] + first, found["j"]
        keep = i != j  # images[:n] are the ions themselves
        i, j = i[keep], j[keep]
        d = x[i] - images[j]
        r = np.sqrt((d * d).sum(1))
        j = source[j]
        k = K_E * q[i] * q[j]
        e = k * erfc(alpha * r) / r
        f = (e + k * 2 * alpha / np.sqrt(np.pi) * np.exp(-(alpha * r) ** 2)) / r**2
        if system.pairs:
            ti, tj = system.types[i], system.types[j]
            inside = r < PAIR_CUTOFF
            a = A[ti, tj] * np.exp(-r / rho[ti, tj]) * inside
            c = C[ti, tj] / r**6 * inside
            e += a - c
            f += (a / rho[ti, tj] - 6 * c / r) / r
        energy += 0.5 * e.sum()
        local = i - first
        for axis in range(3):
            forces[first:first + chunk, axis] += np.bincount(local, f * d[:, axis], len(part))
    return energy, forces


def reciprocal_direct(system, alpha):
    x, L, q = system.positions, system.lengths, system.charges[system.types]
    limit = 2 * alpha * DIGITS
    m = np.floor(limit * L / (2 * np.pi)).astype(int)
    g = np.stack(np.meshgrid(*[np.arange(-n, n + 1) for n in m], indexing="ij"), -1).reshape(-1, 3)
    g = g[(g @ [(2 * m[1] + 1) * (2 * m[2] + 1), 2 * m[2] + 1, 1]) > 0] * 2 * np.pi / L  # half space
    g2 = (g * g).sum(1)
    g, g2 = g[g2 <= limit**2], g2[g2 <= limit**2]
    weight = 8 * np.pi * K_E / L.prod() * np.exp(-g2 / (4 * alpha**2)) / g2
    energy, forces = 0.0, np.zeros_like(x)
    for part in np.array_split(np.arange(len(g)), max(1, len(g) * len(x) // 4_000_000)):
        phase = x @ g[part].T
        c, s = np.cos(phase) * q[:, None], np.sin(phase) * q[:, None]
        C, S = c.sum(0), s.sum(0)
        energy += 0.5 * (weight[part] * (C * C + S * S)).sum()
        forces += (s * (C * weight[part]) - c * (S * weight[part])) @ g[part]
    return energy, forces


def reciprocal_mesh(system, alpha, width=WIDTH):
    x, L, q = system.positions, system.lengths, system.charges[system.types]
    limit = 2 * alpha * DIGITS
    shape = np.array([scipy.fft.next_fast_len(int(n), real=True)
                      for n in np.maximum(2 * (2 * np.floor(limit * L / (2 * np.pi)) + 1), 2 * width)])
    h = L / shape
    beta = 2.30 * width

    def window(t):  # t in mesh steps, zero beyond width / 2
        z = np.maximum(1 - (2 * t / width) ** 2, 0)
        return np.exp(beta * (np.sqrt(z) - 1))

    nodes, node_weights = np.polynomial.legendre.leggauss(200)
    transform = [window(nodes * width / 2) * node_weights * width / 2
                 @ np.cos(np.outer(nodes * width / 2, 2 * np.pi * np.arange(n // 2 + 1) / n)) for n in shape]
    step = (x / h)
    first = np.ceil(step - width / 2).astype(np.int64)
    offsets = np.arange(width)
    near = [(first[:, [a]] + offsets) % shape[a] for a in range(3)]
    phi = [window(first[:, [a]] + offsets - step[:, [a]]) for a in range(3)]
    chunks = np.array_split(np.arange(len(x)), max(1, len(x) // 8000))

    def spots(part):
        index = ((near[0][part][:, :, None, None] * shape[1] + near[1][part][:, None, :, None]) * shape[2]
                 + near[2][part][:, None, None, :])
        value = phi[0][part][:, :, None, None] * phi[1][part][:, None, :, None] * phi[2][part][:, None, None, :]
        return index, value

    density = np.zeros(shape.prod())
    for part in chunks:
        index, value = spots(part)
        density += np.bincount(index.ravel(), (value * q[part][:, None, None, None]).ravel(), len(density))
    rho = scipy.fft.rfftn(density.reshape(shape), workers=-1)
    del density
    number = [np.fft.fftfreq(n, 1 / n) for n in shape[:2]] + [np.arange(shape[2] // 2 + 1.0)]
    k = [2 * np.pi * m / l for m, l in zip(number, L)]
    k2 = k[0][:, None, None] ** 2 + k[1][:, None] ** 2 + k[2] ** 2
    used = (k2 > 0) & (k2 <= limit**2)
    k2[0, 0, 0] = 1
    green = np.where(used, np.exp(-k2 / (4 * alpha**2)) / k2, 0) * (4 * np.pi * K_E / L.prod())
    t = [transform[a][np.abs(number[a]).astype(int)] for a in range(3)]
    green /= (t[0][:, None, None] * t[1][:, None] * t[2]) ** 2
    twice = np.full(shape[2] // 2 + 1, 2.0)
    twice[0] = 1
    energy = 0.5 * (green * (rho.real**2 + rho.imag**2) * twice).sum()
    rho *= green
    forces = np.zeros_like(x)
    for axis in range(3):
        along = k[axis].reshape([-1 if a == axis else 1 for a in range(3)])
        field = scipy.fft.irfftn(rho * (-1j * along), shape, workers=-1, overwrite_x=True).ravel() * shape.prod()
        for part in chunks:
            index, value = spots(part)
            forces[part, axis] = q[part] * (field[index] * value).sum((1, 2, 3))
    return energy, forces


def exact(system, alpha=None, direct=None):
    """Energy in eV and forces in eV/Å."""
    alpha = alpha or 0.55
    q, V = system.charges[system.types], system.lengths.prod()
    direct = system.ions <= 100 if direct is None else direct
    e_real, f_real = real_space(system, alpha)
    e_recip, f_recip = (reciprocal_direct if direct else reciprocal_mesh)(system, alpha)
    e_self = -K_E * alpha / np.sqrt(np.pi) * (q * q).sum()
    e_background = -np.pi * K_E * q.sum() ** 2 / (2 * V * alpha**2)
    return e_real + e_recip + e_self + e_background, f_real + f_recip


def rms(forces):
    return float(np.sqrt((forces**2).sum(1).mean()))


def check(system):
    """The largest relative rms difference of forces between two splittings, and between the sum and the mesh."""
    energy, forces = exact(system, 0.55)
    worst, worst_energy = 0.0, 0.0
    for alpha, direct in ((0.42, None), (0.55, True if system.ions <= 1000 else None), (0.55, False)):
        e, f = exact(system, alpha, direct)
        worst = max(worst, rms(f - forces) / rms(forces))
        worst_energy = max(worst_energy, abs(e / energy - 1))
    return worst, worst_energy


def cached(system, folder):
    """exact(), kept in folder as NAME.exact.npz while the system is the same."""
    path = folder / f"{system.name}.exact.npz"
    if path.exists():
        kept = np.load(path)
        if (np.array_equal(kept["positions"], system.positions) and np.array_equal(kept["lengths"], system.lengths)
                and np.array_equal(kept["charges"], system.charges) and np.array_equal(kept["pairs"], pair_table(system))):
            return float(kept["energy"]), kept["forces"]
    energy, forces = exact(system)
    np.savez(path, energy=energy, forces=forces, positions=system.positions, lengths=system.lengths,
             charges=system.charges, pairs=pair_table(system))
    return energy, forces
