// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bgs2 {

/// The base of classes that are neither copied nor moved: others refer to their objects, or their destructor
/// releases something.
class Immovable {
  public:
    Immovable(const Immovable&) = delete;
    Immovable& operator=(const Immovable&) = delete;
    Immovable(Immovable&&) = delete;
    Immovable& operator=(Immovable&&) = delete;

  protected:
    Immovable() = default;
    ~Immovable() = default;
};

} // namespace bgs2
