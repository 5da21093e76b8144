// Passkeys: the way in is shown where the device knows them, and a key that is not used is said in words.
const way = document.getElementById("with-passkey");
if (way && window.PublicKeyCredential) way.hidden = false;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const trouble = document.getElementById("passkey-trouble");
  if (trouble) {
    document.querySelector("main").prepend(trouble);
    trouble.hidden = false;
  }
});
