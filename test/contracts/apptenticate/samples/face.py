# JWT Token
header = { 'Authorization': 'Bearer {}'.format(token) }

# Payload for Base Request
data = {'citizen_id': '1234', 'name': 'Qwerty'}
# Where images are .jpg or .png files
files=[
('image',('unknow.jpeg',open('/D:/unknow.jpeg','rb'),'image/jpeg'))
]

apptenticate_url = "https://api.apptenticate.com/api/v3.2/biometrics/recognizer/face/"
# Send Request
response = requests.post(
apptenticate_url,
data=data,
files=files,
headers=header
)
response = json.loads(response.content)
