/**
 * Photos from a phone, made small before they are sent: at most 1600 pixels, WebP or JPEG, upright, without the place
 * where they were taken. A file field with data-photo is changed in place; without scripts the photo goes as it is.
 */
const LONGEST = 1600;
const QUALITY = 0.82;

export async function shrink(file: File): Promise<File> {
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml") return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || (scale === 1 && blob.size >= file.size)) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: blob.type, lastModified: file.lastModified });
}

async function replacePhotos(input: HTMLInputElement): Promise<void> {
  const shelf = new DataTransfer();
  const small = await Promise.all([...(input.files ?? [])].map((file) => shrink(file).catch(() => file)));
  for (const file of small) shelf.items.add(file);
  input.files = shelf.files;
  preview(input, small);
}

function preview(input: HTMLInputElement, files: File[]): void {
  const shown = input.closest<HTMLElement>(".field")?.querySelector<HTMLElement>("[data-photo-preview]");
  if (!shown) return;
  for (const old of shown.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  shown.replaceChildren(
    ...files.map((file) => {
      const figure = document.createElement("figure");
      figure.className = "pic pic--square";
      const image = new Image();
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      figure.append(image);
      return figure;
    }),
  );
  shown.hidden = files.length === 0;
}

document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  if (!input.matches?.("input[type=file][data-photo]")) return;
  const form = input.form;
  const buttons = [...(form?.querySelectorAll<HTMLButtonElement>("button:not([type=button])") ?? [])];
  for (const button of buttons) button.disabled = true; // the photo must be small before it can go
  void replacePhotos(input).finally(() => {
    for (const button of buttons) button.disabled = false;
  });
});
