// The one place that says who may have something done. Refusing is the default.
#pragma once

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IObject.h>
#include <sdbus-c++/IProxy.h>

#include <memory>
#include <string>

namespace bgs2::dbus {

class Authority {
  public:
    explicit Authority(sdbus::IConnection& connection);

    /// Throws sdbus::Error (AccessDenied) unless the caller of the method that `object` is handling is uid 0
    /// or a member of the group bgs2d. `right` names in words what was asked for.
    void require(const sdbus::IObject& object, const std::string& right) const;

  private:
    /// The bus itself, which knows who is connected; /proc could be outrun by a caller that exits.
    std::unique_ptr<sdbus::IProxy> bus_;
};

} // namespace bgs2::dbus
