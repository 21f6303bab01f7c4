import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
export default defineConfig({ plugins: [react()], base: "./", build: { outDir: "/tmp/h5-gallery", emptyOutDir: true, minify: false, target: "esnext", rollupOptions: { input: "src/testing/gallery/index.html" } } });
