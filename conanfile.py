"""Conan 2: `conan create .`, with cargo on the PATH. docs/building.md."""

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.cmake import CMake, CMakeToolchain
from conan.tools.files import load


class AnjayAccessControl(ConanFile):
    name = "anjay-access-control"
    description = "LwM2M access control in place of Anjay's own: an engine in Rust behind its functions"
    license = "MIT OR Apache-2.0"
    package_type = "static-library"
    test_package_folder = "packaging/conan"
    # The archives are cargo's, so that of the compiler only the machine matters.
    settings = "os", "arch", "compiler", "build_type"
    options = {"ocf": [True, False], "anjay_compat": [True, False]}
    default_options = {"ocf": False, "anjay_compat": False}
    exports_sources = (
        ".cargo/*", "CMakeLists.txt", "Cargo.*", "*.md", "LICENSE-*", "build.rs", "cmake/*", "docs/*",
        "include/*", "ocf/*", "packaging/*", "ports/*", "sandbox/*", "scripts/*", "src/*",
        # Members of the workspace, without which cargo reads none of it.
        "bench/*", "hardening/*", "policy/*", "testkit/*", "tests/*", "xtask/*",
    )

    def set_version(self):
        manifest = load(self, os.path.join(self.recipe_folder, "Cargo.toml"))
        self.version = re.search(r'^version = "(.*)"', manifest, re.MULTILINE).group(1)

    def package_id(self):
        # One package for all build types and compilers of a machine.
        del self.info.settings.compiler
        del self.info.settings.build_type

    def validate(self):
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration("Windows has not been tried, see docs/targets.md")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["AAC_OCF"] = bool(self.options.ocf)
        toolchain.cache_variables["AAC_ANJAY_COMPAT"] = bool(self.options.anjay_compat)
        toolchain.cache_variables["CMAKE_INSTALL_LIBDIR"] = "lib"
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # The package's own config knows the port, which depends on the consumer's Anjay.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/anjay_access_control"]
        self.cpp_info.includedirs = []
        self.cpp_info.set_property("pkg_config_name", "none")
