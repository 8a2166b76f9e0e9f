// How much memory a run may take.
#pragma once

namespace ionscape {

/// Bytes that this process can still hope for: what the machine has free, or the process's own
/// limit (ulimit -v) where that is less. 4e9 where the system does not say.
double available_memory();

}  // namespace ionscape
