// bgs2ctl reload: read configuration and policies anew.
#pragma once

#include "cli/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_reload(Verb& program);

} // namespace bgs2::cli
