import * as React from "react";

// React's development build records where elements were created: a stack for each of the first ten
// thousand in every second. No test shows it, and it took half of their time. A React that counts in
// another way is only slower.
const internals: unknown = Reflect.get(
  React,
  "__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE",
);
if (typeof internals === "object" && internals !== null) {
  Object.defineProperty(internals, "recentlyCreatedOwnerStacks", {
    configurable: true,
    get: () => 10_000,
    set() {},
  });
}
