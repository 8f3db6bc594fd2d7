# Installation: CMake packages, pkg-config.
