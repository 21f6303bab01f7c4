import "@cloudscape-design/global-styles/index.css";
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { createRoot } from "react-dom/client";
import { Gallery } from "./Gallery";

// `npm run dev`, then /src/testing/gallery/index.html, with ?dark for the dark theme.
applyMode(window.location.search.includes("dark") ? Mode.Dark : Mode.Light);
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <div style={{ padding: "16px", maxWidth: "1000px" }}>
      <Gallery />
    </div>,
  );
}
