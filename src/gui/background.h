#pragma once

#include "core/background.h"

namespace gui {

using core::inBackground;

} // namespace gui
