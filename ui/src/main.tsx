import "@cloudscape-design/global-styles/index.css";
import { createRoot } from "react-dom/client";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no element #root");
}
createRoot(root).render(<p>Transload</p>);
