// What planning and building of a NeighbourList share.
#pragma once

#include <ionscape/potentials/ions/neighbour_list.hpp>

namespace ionscape::detail {

constexpr double room_to_grow = 1.05;  // ions move, and lists are built anew
// Bytes: of an image its position, charge, ion and shift, with a little room; and the columns that
// are read while lists are built.
constexpr double bytes_per_image = room_to_grow * (4 * sizeof(double) + 2 * sizeof(int)),
                 bytes_of_columns = 3 * sizeof(double);

}  // namespace ionscape::detail
